import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { readCsv } from './read-csv.ts'
import { detectEncoding, encodingOf } from './text-encoding.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-csv-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${Math.random()}.csv`)
  await writeFile(path, content)
  return path
}

async function rowsOf(path: string): Promise<string[][]> {
  const rows: string[][] = []
  for await (const batch of readCsv(path)) for (const { cells } of batch) rows.push([...cells])
  return rows
}

const text = 'record_id,name\n1,王𠮷\n2,"a,""b"\n'
const rows = [
  ['1', '王𠮷'],
  ['2', 'a,"b'],
]

test.each([
  ['utf-8', Buffer.from(text)],
  ['utf-8', Buffer.from(`\uFEFF${text}`)],
  ['gb18030', iconv.encode(text, 'gb18030')],
  ['utf-16le', iconv.encode(text, 'utf-16le', { addBOM: true })],
])('%s is recognised and read', async (encoding, bytes) => {
  const path = await file(bytes)
  expect(await detectEncoding(path)).toBe(encoding)
  expect(await rowsOf(path)).toEqual(rows)
})

test('bytes far into the file decide, also at the border of two reads', async () => {
  const long = `record_id,name\n${'1,ascii\n'.repeat(131_071)}`
  expect(await detectEncoding(await file(iconv.encode(`${long}2,王伟王伟王伟\n`, 'gb18030')))).toBe('gb18030')
  expect(await detectEncoding(await file(`${long}2,王伟王伟王伟\n`))).toBe('utf-8')
})

test('bytes tell their encoding in whatever pieces they come', async () => {
  const inPieces = (bytes: Buffer) =>
    encodingOf(async function* () {
      for (const byte of bytes) yield Buffer.from([byte])
    })
  expect(await inPieces(iconv.encode(text, 'gb18030'))).toEqual({ encoding: 'gb18030' })
  expect(await inPieces(Buffer.from(`\uFEFF${text}`))).toEqual({ encoding: 'utf-8' })
  expect(await inPieces(Buffer.from('PK\u0003\u0004'))).toEqual({ fault: 'workbook' })
  expect(await inPieces(Buffer.from('a'))).toEqual({ encoding: 'utf-8' })
  expect(await inPieces(Buffer.alloc(0))).toEqual({ fault: 'empty' })
})

test('a mark that the bytes behind it belie is no encoding', async () => {
  const marked = Buffer.concat([Buffer.from('\uFEFF'), iconv.encode(text, 'gb18030')])
  await expect(detectEncoding(await file(marked))).rejects.toThrow('neither UTF-8 nor GB 18030')
})

test('spaces around headers do not count and short rows are filled by nobody', async () => {
  for await (const batch of readCsv(await file(' record_id , name\n7\n'))) {
    expect([...batch[0]!.columns.keys()]).toEqual(['record_id', 'name'])
    expect(batch[0]!.cells).toEqual(['7'])
  }
})

test.each([
  ['an empty file', Buffer.from(''), 'the file is empty'],
  ['a lone header', Buffer.from('record_id,name\n'), 'a header and no records'],
  ['a workbook', Buffer.from('PK\u0003\u0004rest'), 'workbook or an archive'],
  ['neither encoding', Buffer.from([0x61, 0xff, 0xff, 0x2c, 0x80, 0x0a]), 'neither UTF-8 nor GB 18030'],
  ['a column twice', Buffer.from('name,name\n1,2\n'), 'two columns are called "name"'],
  ['a row too long', Buffer.from('a,b\n1,2,3\n'), 'broken CSV'],
  ['a quote left open', Buffer.from('a,b\n1,"2\n'), 'broken CSV'],
])('%s is refused with a reason', async (_, bytes, reason) => {
  await expect(rowsOf(await file(bytes))).rejects.toThrow(reason)
})

test('a missing file and a folder are refused', async () => {
  await expect(rowsOf(join(folder, 'none.csv'))).rejects.toThrow('no such file')
  await expect(rowsOf(folder)).rejects.toThrow('this is a folder')
})
