import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Row, readRows } from './read-rows.ts'

const rowsOf = async (...pieces: string[]) => {
  async function* text() {
    yield* pieces
  }
  const rows: Row[] = []
  for await (const row of readRows(text())) rows.push(row)
  return rows
}

describe('readRows', () => {
  it('reads no further ahead than a few rows, however long the list is', async () => {
    let read = 0
    async function* endless() {
      yield '账号,手机号\n'
      for (;;) {
        read++
        yield `a${read},13800000000\n`
      }
    }
    const rows = readRows(endless())
    for (let at = 0; at < 1_000; at++) await rows.next()
    expect(read).toBeLessThan(10_000)
    await rows.return(undefined)
  })

  it('reads the same wherever the text is cut', async () => {
    const csv = '账号,姓名\r\na,"王,""五"""\r\nb,李四\r\n'
    const jsonl = '{"账号":"a","姓名":"王"}\n\n{"账号":1}\n'
    for (const text of [csv, jsonl]) {
      const whole = await rowsOf(text)
      await fc.assert(
        fc.asyncProperty(fc.nat(text.length), fc.nat(text.length), async (a, b) => {
          const [from, to] = a < b ? [a, b] : [b, a]
          expect(await rowsOf(text.slice(0, from), text.slice(from, to), text.slice(to))).toEqual(whole)
        }),
        { numRuns: 30 },
      )
    }
  })

  it('names the lines as an editor counts them', async () => {
    const rows = await rowsOf('账号,姓名\na,\n\nb"x,\n"c\n,"\nd,\n')
    expect(rows.map(({ line, fault }) => [line, fault?.code])).toEqual([
      [2, undefined],
      [4, undefined],
      [6, 'row.quote'],
      [7, undefined],
    ])
    const json = await rowsOf('{"账号":"a"}\n\n[1]\n')
    expect(json.map(({ line, fault }) => [line, fault?.code])).toEqual([
      [1, undefined],
      [3, 'row.json'],
    ])
  })
})
