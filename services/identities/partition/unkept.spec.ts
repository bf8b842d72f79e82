import { expect, it, jest } from '@jest/globals'
import { tellUnkept } from './unkept.ts'

it('names records that stay apart against a judgement, and some of those of a component that was cut', () => {
  const warn = jest.fn()
  const records = Array.from({ length: 2001 }, (_, at) => `record ${at}`)
  tellUnkept({ warn }, { conflicts: [{ a: 'a', b: 'b', kind: 'must' }], oversized: [{ records, cutAt: 7000 }] })
  expect(warn.mock.calls).toEqual([
    [expect.objectContaining({ lo: 'a', hi: 'b' })],
    [expect.objectContaining({ records: 2001, cutAt: 7000, among: records.slice(0, 20) })],
  ])
})
