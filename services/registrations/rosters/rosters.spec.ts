import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import iconv from 'iconv-lite'
import { OPERATOR } from '#libs/testing'
import { RegistrationsForSpecs } from '../registrations-for-specs.ts'

describe('the import of a platform list', () => {
  let world: RegistrationsForSpecs

  beforeAll(async () => {
    world = await RegistrationsForSpecs.start(13)
  })

  afterAll(() => world.stop())

  const eventsOf = async (rosterId: string) => (await world.told('roster.imported', rosterId)).map(({ data }) => data)
  const leadsOf = async (rosterId: string) => (await eventsOf(rosterId)).flatMap(({ leads }) => leads)

  it('takes GB 18030 with masked values; bad rows are named by line and the others taken', async () => {
    const csv = [
      '司机ID,姓名,身份证号,手机号,车牌号,车牌颜色,常住地,户籍地,注册日期',
      'd1,王*明,3202**********1234,138****1234,苏B·12345,黄色,江苏省无锡市滨湖区,安徽,2024年3月5日',
      'd2,张三,110105194912310021,13812345678,,,,,',
      '"d3","李四",11010519491231002X,13912345678,苏B1234挂,,,,',
      ',只有名字,,,,,,,',
      'd5,赵六,,13712345678,,,火星,,',
      'd6,钱七,,13612345678,,,,,2024-02-30',
      'd7,孙八,,13512345678,,,,,,多出一列',
      '',
    ].join('\r\n')
    const roster = await world.imported(iconv.encode(csv, 'gb18030'), '?platform=运满满&file=gb.csv')
    expect(roster).toMatchObject({
      file: 'gb.csv',
      platform: 'yunmanman',
      status: 'done',
      totalRows: 7,
      rows: 7,
      leads: { new: 2, changed: 0, unchanged: 0 },
      faults: 5,
      notes: 1,
    })
    const remarks = roster.remarks.map(({ line, kind, field, code }: never) => [line, kind, field, code])
    expect(remarks).toEqual([
      [3, 'fault', 'resident_id', 'resident_id.checksum'],
      [4, 'fault', 'plate', 'plate.trailer'],
      [5, 'fault', 'row', 'row.too_little'],
      [6, 'note', 'residence', 'division.not_understood'],
      [7, 'fault', 'registered_on', 'date.format'],
      [8, 'fault', 'row', 'row.columns'],
    ])
    for (const { zh, en } of roster.remarks) expect([zh, en]).toEqual([expect.any(String), expect.any(String)])
    expect(JSON.stringify(roster)).not.toMatch(/张三|火星|110105/)
    const [event, ...others] = await eventsOf(roster.rosterId)
    expect(others).toEqual([])
    expect(event).toMatchObject({ part: 1, parts: 1, leads: [{ version: 1, platform: 'yunmanman' }, {}] })
    const [first] = event.leads
    expect(first).toMatchObject({ residence: '320211', household: '340000', listedAt: '2024-03-05T00:00:00.000Z' })
    expect(world.open(first.sealed, `lead:${first.leadId}`)).toEqual({
      name: '王*明',
      residentId: '3202**********1234',
      mobile: '138****1234',
      plate: '苏B12345',
      plateColour: '2',
      account: 'd1',
    })
  })

  it('sent again makes nothing; a changed row is a new version of the same lead', async () => {
    const list = (mobile: string) => `account,账号,姓名,手机号\nx,e1,周一,${mobile}\nx,e2,吴二,13700000002\n`
    const first = await world.imported(list('13700000001'), '?platform=huolala')
    const again = await world.imported(list('13700000001'), '?platform=huolala')
    const changed = await world.imported(list('13700000003'), '?platform=huolala')
    expect(first.leads).toEqual({ new: 2, changed: 0, unchanged: 0 })
    expect(again.leads).toEqual({ new: 0, changed: 0, unchanged: 2 })
    expect(changed.leads).toEqual({ new: 0, changed: 1, unchanged: 1 })
    expect(await eventsOf(again.rosterId)).toEqual([])
    const [before] = await leadsOf(first.rosterId)
    const [after, ...others] = await leadsOf(changed.rosterId)
    expect(others).toEqual([])
    expect(after).toMatchObject({ leadId: before.leadId, version: 2, listedAt: before.listedAt })
    expect(world.open(after.sealed, `lead:${after.leadId}`).mobile).toBe('13700000003')
  })

  it('knows a row without an account by all that it says, however it is written', async () => {
    const first = await world.imported('platform,name,mobile,plate\nG7,郑三,13700000011,苏b12345\n')
    const again = await world.imported(
      '{"平台":"g7","姓名":"郑 三","手机号":"+86 137 0000 0011","车牌号":"苏B·12345"}\n{"x"',
    )
    expect(first.leads.new).toBe(1)
    expect(again).toMatchObject({ leads: { new: 0, changed: 0, unchanged: 1 }, faults: 1 })
    expect(again.remarks).toMatchObject([{ line: 2, code: 'row.json' }])
  })

  it('counts a driver whom one list names twice once, by the last row', async () => {
    const roster = await world.imported('账号,手机号\nf1,13700000021\nf1,13700000022\nf1,13700000022\n', '?platform=g7')
    expect(roster.leads).toEqual({ new: 1, changed: 1, unchanged: 1 })
    const [lead, ...others] = await leadsOf(roster.rosterId)
    expect(others).toEqual([])
    expect(lead.version).toBe(2)
    expect(world.open(lead.sealed, `lead:${lead.leadId}`).mobile).toBe('13700000022')
  })

  it('takes 20,000 rows in parts of at most 200 leads, and what was left of them when it is sent again', async () => {
    const header = '账号,姓名,手机号,常住地\n'
    const row = (at: number) => `g${at},王小明,137${String(at).padStart(8, '0')},无锡市新吴区\n`
    async function* list(rows: number) {
      yield Buffer.from(header)
      for (let at = 0; at < rows; at++) yield Buffer.from(row(at))
    }
    const some = await world.imported(list(7_010), '?platform=g7')
    const all = await world.imported(list(20_000), '?platform=g7')
    expect(some.leads).toEqual({ new: 7_010, changed: 0, unchanged: 0 })
    expect(all).toMatchObject({ status: 'done', rows: 20_000, leads: { new: 12_990, changed: 0, unchanged: 7_010 } })
    const events = await eventsOf(all.rosterId)
    expect(events.every(({ leads, parts }) => leads.length <= 200 && parts === 100)).toBe(true)
    const parts = events.map(({ part }) => part)
    expect(parts).toEqual([...new Set(parts)].toSorted((a, b) => a - b))
    expect(parts.at(-1)).toBeLessThanOrEqual(100)
    const ids = [...(await leadsOf(some.rosterId)), ...events.flatMap(({ leads }) => leads)].map(({ leadId }) => leadId)
    expect(new Set(ids).size).toBe(20_000)
    const [{ count }] = await world.database.query(`select count(*)::int from lead where roster_id = any($1)`, [
      [some.rosterId, all.rosterId],
    ])
    expect(count).toBe(20_000)
  }, 90_000)

  it('goes on after a batch that failed, with nothing lost and nothing twice', async () => {
    await world.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'killed'; end $$;
       create trigger refuse before insert on event_log for each row
         when (new.type = 'roster.imported' and (new.data ->> 'part')::int > 3) execute function refuse()`,
    )
    const list = `账号,手机号\n${Array.from({ length: 1_000 }, (_, at) => `h${at},136${String(at).padStart(8, '0')}\n`).join('')}`
    const cut = await world
      .imported(list, '?platform=zczy')
      .finally(() => world.database.query('drop function refuse cascade'))
    expect(cut).toMatchObject({ status: 'interrupted', leads: { new: 600 } })
    const again = await world.imported(list, '?platform=zczy')
    expect(again).toMatchObject({ status: 'done', leads: { new: 400, changed: 0, unchanged: 600 } })
    const ids = [...(await leadsOf(cut.rosterId)), ...(await leadsOf(again.rosterId))].map(({ leadId }) => leadId)
    expect(new Set(ids).size).toBe(1_000)
    expect(ids).toHaveLength(1_000)
  })

  it.each([
    ['a header only', '账号,手机号\n', 'unreadable'],
    ['no header', '1,2\n3,4\n', 'unreadable'],
    ['two columns for one thing', '手机,手机号\n1,2\n', 'unreadable'],
    ['a quote that is never closed', `账号\na\n"${'x\n'.repeat(20_000)}`, 'unreadable'],
  ])('refuses a list with %s as a whole, and says why', async (_, csv, status) => {
    const roster = await world.imported(csv, '?platform=g7')
    expect(roster).toMatchObject({ status, rows: 0, problem: { zh: expect.any(String) } })
  })

  it('refuses what is no text, or no upload, at once', async () => {
    const zip = await world.upload(Buffer.from('504b030414000000', 'hex'), '?platform=g7')
    expect(zip).toMatchObject({ status: 422, json: { code: 'roster_no_text' } })
    expect(await world.upload(Buffer.from([0xff, 0xff, 0xff]))).toMatchObject({ json: { code: 'roster_encoding' } })
    expect(await world.upload('')).toMatchObject({ status: expect.any(Number), json: { code: expect.any(String) } })
    const json = await world.system.request('/api/rosters', { as: OPERATOR, body: {} })
    expect(json).toMatchObject({ status: 400, json: { code: 'roster_missing' } })
    const steward = { role: 'steward', federationId: 'wx' } as const
    expect((await world.system.request('/api/rosters', { as: steward })).status).toBe(403)
  })

  it('lists what was imported, and pages through what is to be mended', async () => {
    const csv = `账号,手机号\n${Array.from({ length: 25 }, (_, at) => `i${at},12\n`).join('')}`
    const { rosterId } = await world.imported(csv, '?platform=g7')
    const { items } = (await world.system.request('/api/rosters', { as: OPERATOR })).json
    expect(items[0]).toMatchObject({ rosterId, faults: 25 })
    const lines: number[] = []
    for (let after: number | null = 0; after !== null; ) {
      const path = `/api/rosters/${rosterId}?after=${after}&limit=10`
      const { json } = await world.system.request(path, { as: OPERATOR })
      lines.push(...json.remarks.map(({ line }: { line: number }) => line))
      after = json.next
    }
    expect(lines).toEqual(Array.from({ length: 25 }, (_, at) => at + 2))
  })
})
