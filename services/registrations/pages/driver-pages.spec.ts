import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { RegistrationsForSpecs } from '../registrations-for-specs.ts'

describe('the pages of a driver', () => {
  let world: RegistrationsForSpecs

  beforeAll(async () => {
    world = await RegistrationsForSpecs.start(12)
  })

  afterAll(() => world.stop())

  const show = (path: string) => world.system.request(path)
  const send = (path: string, fields: Record<string, string>) =>
    world.system.request(path, { body: new URLSearchParams(fields) })
  const summaryOf = (text: string) =>
    [...text.matchAll(/<li><a href="#(\w+)">(.*?)<\/a>/g)].map(([, ...parts]) => parts)

  it('say that it costs nothing before anything is asked', async () => {
    const { text } = await show('/join')
    expect(text.indexOf('不收费')).toBeGreaterThan(0)
    expect(text.indexOf('不收费')).toBeLessThan(text.indexOf('<form'))
  })

  it('list what is to be mended in the order of the form, each box by what it is about', async () => {
    const { status, text } = await send('/join', { name: '', mobile: '12', residentId: '', plate: '苏B' })
    expect(status).toBe(422)
    expect(text).toContain('还有 6 处需要修改')
    const found = summaryOf(text)
    expect(found.map(([field]) => field)).toEqual(['name', 'mobile', 'residentId', 'plate', 'consentJoin', 'consentId'])
    expect(new Set(found.map(([, words]) => words)).size).toBe(6)
  })

  it('tie every field to its hint and its fault', async () => {
    const { text } = await send('/join', { residentId: '1' })
    expect(text).toMatch(/<input id="residentId"[^>]* aria-describedby="residentId-hint residentId-error"/)
    expect(text).toMatch(/<input id="name"[^>]* aria-describedby="name-error"/)
    expect((await show('/join')).text).not.toContain('aria-invalid')
  })

  it('say what is wrong with a submission as a whole without leading to a field', async () => {
    const { answers } = await world.applied()
    const { name, residentId, mobile } = answers
    const form = { name, residentId, mobile, key: crypto.randomUUID(), consentJoin: 'on', consentId: 'on' }
    expect((await send('/join', form)).status).toBe(303)
    const { status, text } = await send('/join', { ...form, mobile: '13900007777' })
    expect(status).toBe(422)
    expect(text).toContain('还没有提交成功')
    expect(text).toContain('与之前的内容不同')
    expect(summaryOf(text)).toEqual([])
  })

  it('tell the holder of a broken link how to find the application, and not to apply twice', async () => {
    const { receipt } = await world.applied()
    const broken = `/join/receipts/${receipt.slice(0, -1)}`
    for (const answer of [
      await show(broken),
      await show(`${broken}/correct`),
      await send(`${broken}/correct`, { version: '1', name: '王伟' }),
    ]) {
      expect(answer.status).toBe(404)
      expect(answer.text).toContain('不用重新申请')
      expect(answer.text).toContain('href="tel:12351"')
    }
  })

  it('say how to come back, and that a correction arrived, also while the union is looking', async () => {
    const { registrationId, receipt } = await world.applied()
    const page = `/join/receipts/${receipt}`
    expect((await show(page)).text).toContain('请收藏本页')
    await world.decided(registrationId, 'in_review')
    expect((await show(page)).text).toContain('<h1>已收到，工会正在审核')
    await send(`${page}/correct`, { version: '1', mobile: '13900006666' })
    expect((await show(page)).text).toContain('<h1>已收到您的修改，工会正在审核')
  })

  it('ask for something to correct, and let a correction that came second be sent again as it is', async () => {
    const { receipt } = await world.applied()
    const path = `/join/receipts/${receipt}/correct`
    const empty = { name: '', residentId: ' ', mobile: '', plate: '', residence: '' }
    const nothing = await send(path, { ...empty, version: '1' })
    expect([nothing.status, nothing.text]).toEqual([422, expect.stringContaining('请先填写要改的那一项')])
    expect((await send(path, { ...empty, version: '1', mobile: '13900005555' })).status).toBe(303)
    const second = await send(path, { ...empty, version: '1', mobile: '13900004444' })
    expect([second.status, second.text]).toEqual([422, expect.stringContaining('再点一次')])
    const [, version] = /name="version" value="(\d+)"/.exec(second.text)!
    expect(second.text).toContain('value="13900004444"')
    expect((await send(path, { ...empty, version: version!, mobile: '13900004444' })).status).toBe(303)
  })

  it('are kept by nobody on the way and run no script', async () => {
    const { receipt } = await world.applied()
    for (const path of [
      '/join',
      `/join/receipts/${receipt}`,
      `/join/receipts/${receipt}/correct`,
      '/join/receipts/x',
    ]) {
      const { headers } = await show(path)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })
})
