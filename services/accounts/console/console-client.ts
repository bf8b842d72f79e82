/**
 * The script of the home page. It is sent to the browser as its source text, so it uses nothing from outside of itself.
 * What comes from the API is shown as text, never as HTML.
 */
export function consoleClient(): void {
  type Text = { zh: string; en: string }
  type Content = string | Node
  interface Case {
    caseId: string
    name: string
    mobile: string
    federationId: string | null
    federationName: Text | null
    reasons: Text[]
    openedAt: string
    dueAt: string
    registrations: number
  }
  interface SiteFunnel {
    name: Text
    scans: number
    submitted: number
    newPeople: number
    approved: number
  }
  interface Site {
    name: Text
    codes: { token: string; url: string; serial: number; revokedAt: string | null }[]
  }
  interface Federation {
    id: string
    name: Text
    admitsMembers: boolean
  }

  const DAY_MS = 86_400_000
  const returnReasons = {
    name_differs: '姓名与证件不一致 Name differs',
    id_unclear: '证件号码需核实 Id unclear',
    phone_unreachable: '电话联系不上 Phone unreachable',
    not_a_driver: '不是货车司机 Not a driver',
  }
  const rejectReasons = {
    not_eligible: '不符合入会条件 Not eligible',
    not_voluntary: '本人不愿入会 Not voluntary',
    duplicate: '重复申请 Duplicate',
  }

  function el(tag: string, attributes: Record<string, string>, ...content: Content[]): HTMLElement {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...content)
    return element
  }

  const small = (text: string) => el('small', {}, text)

  function button(text: string, kind: string, act: () => Promise<unknown>): HTMLButtonElement {
    const made = el('button', { type: 'button', class: kind }, text) as HTMLButtonElement
    made.addEventListener('click', () => void act())
    return made
  }

  /** Calls the API; an error's message is what the API says to people. */
  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const response = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    }).catch(() => {
      throw new Error('网络不通，请稍后重试 No connection: try again')
    })
    if (response.status === 401) location.assign('/console/sign-in')
    const answer = await response.json().catch(() => ({}))
    if (!response.ok) throw new Error(answer.title ?? `出错了 Error ${response.status}`)
    return answer
  }

  /** Fills a section: loading, then what was read, or what went wrong and a way to try again. */
  async function fill(id: string, read: () => Promise<Content[]>, empty: string): Promise<void> {
    const box = document.getElementById(id) as HTMLElement
    box.replaceChildren(el('p', {}, '加载中… Loading'))
    try {
      const content = await read()
      box.replaceChildren(...(content.length > 0 ? content : [el('p', { class: 'card' }, empty)]))
    } catch (error) {
      const retry = button('重试 Try again', '', () => fill(id, read, empty))
      box.replaceChildren(el('p', { class: 'error', role: 'alert' }, (error as Error).message), retry)
    }
  }

  function span(ms: number): string {
    const days = Math.floor(ms / DAY_MS)
    return days > 0 ? `${days} 天` : `${Math.max(0, Math.floor(ms / 3_600_000))} 小时`
  }

  function waiting({ openedAt, dueAt }: Case): HTMLElement {
    const now = Date.now()
    const left = Date.parse(dueAt) - now
    return el(
      'p',
      left < 0 ? { class: 'error' } : {},
      `已等待 ${span(now - Date.parse(openedAt))}，${left < 0 ? `超期 ${span(-left)}` : `剩余 ${span(left)}`}`,
    )
  }

  let federations: Promise<{ items: Federation[] }> | undefined

  /** Where a case of the holding pool goes: an admin names the federation. */
  async function federationChoice(): Promise<{ select: HTMLSelectElement; chosen: () => object | undefined }> {
    federations ??= ask<{ items: Federation[] }>('/api/federations')
    const items = (await federations).items.filter(({ admitsMembers }) => admitsMembers)
    const options = items.map(({ id, name }) => el('option', { value: id }, name.zh))
    const select = el(
      'select',
      { 'aria-label': '接收工会 Union' },
      el('option', { value: '' }, '请选择接收工会'),
      ...options,
    ) as HTMLSelectElement
    const chosen = () => {
      const found = items.find(({ id }) => id === select.value)
      return found && { id: found.id, name: found.name }
    }
    return { select, chosen }
  }

  async function caseCard(item: Case): Promise<HTMLElement> {
    const problem = el('p', { class: 'error', role: 'alert' })
    const choice = item.federationId ? undefined : await federationChoice()
    const actions = el('div', { class: 'actions' })
    const card = el('article', { class: 'card' })

    async function decide(path: string, body: object, done: string): Promise<void> {
      const buttons = [...card.querySelectorAll('button')]
      for (const each of buttons) each.disabled = true
      try {
        const { memberNumber } = await ask<{ memberNumber: string | null }>(
          `/api/review-cases/${item.caseId}/${path}`,
          body,
        )
        actions.replaceChildren(el('strong', {}, `${done}${memberNumber ? `，会员号 ${memberNumber}` : ''}`))
      } catch (error) {
        problem.textContent = (error as Error).message
        for (const each of buttons) each.disabled = false
      }
    }

    const reasonMenu = (title: string, path: string, reasons: Record<string, string>, done: string) =>
      el(
        'details',
        {},
        el('summary', {}, title),
        ...Object.entries(reasons).map(([reasonCode, text]) =>
          button(text, '', () => decide(path, { reasonCode }, done)),
        ),
      )
    const approve = button('批准 Approve', 'main', () =>
      decide('approve', choice ? { federation: choice.chosen() } : {}, '已批准'),
    )
    actions.append(
      ...(choice ? [choice.select] : []),
      approve,
      reasonMenu('退回补充 Return', 'return', returnReasons, '已退回'),
      reasonMenu('不予批准 Reject', 'reject', rejectReasons, '已拒绝'),
    )
    const why = item.reasons.map(({ zh, en }) => el('li', {}, zh, el('br', {}), small(en)))
    card.append(
      el('h3', {}, `${item.name} `, small(item.mobile)),
      el(
        'p',
        {},
        item.federationName?.zh ?? '待确定工会',
        el('br', {}),
        small(item.federationName?.en ?? 'To be placed'),
      ),
      waiting(item),
      item.registrations > 1 ? el('p', {}, `${item.registrations} 份登记合并 `, small('registrations in one')) : '',
      el('details', {}, el('summary', {}, '归口理由 Why this union'), el('ul', {}, ...why)),
      problem,
      actions,
    )
    return card
  }

  async function readCases(after?: string): Promise<Content[]> {
    const { items, next } = await ask<{ items: Case[]; next: string | null }>(
      `/api/review-cases?status=open${after ? `&after=${encodeURIComponent(after)}` : ''}`,
    )
    const cards = await Promise.all(items.map(caseCard))
    if (cards.length === 0) return []
    const rest = el('div', {})
    const more = button('更多 More', '', async () => {
      rest.id = `cases-after-${next}`
      await fill(rest.id, () => readCases(next ?? undefined), '没有更多 No more')
    })
    if (next) rest.append(more)
    return [el('div', { class: 'cards' }, ...cards), rest]
  }

  async function readFunnel(): Promise<Content[]> {
    const { sites } = await ask<{ sites: SiteFunnel[] }>('/api/insights/funnel')
    if (sites.length === 0) return []
    const columns = ['扫码', '登记', '新人', '入会']
    const rows = sites.map(({ name, scans, submitted, newPeople, approved }) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, name.zh, el('br', {}), small(name.en)),
        ...[scans, submitted, newPeople, approved].map((count, at) =>
          el('td', { 'data-label': columns[at] ?? '' }, String(count)),
        ),
      ),
    )
    const heads = ['点位 Site', '扫码 Scans', '登记 Submitted', '新人 New people', '入会 Members']
    const head = heads.map((text) => el('th', { scope: 'col' }, text))
    return [el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows))]
  }

  async function readCodes(): Promise<Content[]> {
    const { items } = await ask<{ items: Site[] }>('/api/sites')
    const cards = items.flatMap(({ name, codes }) =>
      codes.map(({ token, url, serial, revokedAt }) =>
        el(
          'article',
          { class: 'card' },
          el('h3', {}, `${name.zh} · ${serial} 号`),
          small(name.en),
          revokedAt
            ? el('p', { class: 'error' }, '已停用 Revoked')
            : el('img', { src: `/api/codes/${token}/qr.png`, alt: `${name.zh} 二维码`, loading: 'lazy' }),
          el('a', { href: url }, url),
        ),
      ),
    )
    return cards.length > 0 ? [el('div', { class: 'cards' }, ...cards)] : []
  }

  void fill('cases', readCases, '没有待审核的申请 Nothing waits for review')
  void fill('funnel', readFunnel, '还没有数据 No figures yet')
  void fill('codes', readCodes, '还没有二维码 No codes yet')
}
