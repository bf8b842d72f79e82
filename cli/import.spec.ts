import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { runProgram } from './program.ts'

describe('ruhui import roster', () => {
  const said = { stdout: '', stderr: '' }
  const closing: (() => unknown)[] = []
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ruhui-import-'))
    file = join(folder, '名单.csv')
    await writeFile(file, '账号,手机号\na1,13812345678\n')
    for (const stream of ['stdout', 'stderr'] as const) {
      said[stream] = ''
      jest.spyOn(process[stream], 'write').mockImplementation((text) => {
        said[stream] += text
        return true
      })
    }
  })

  afterEach(async () => {
    jest.restoreAllMocks()
    for (const close of closing.splice(0)) await close()
    await rm(folder, { recursive: true })
  })

  const roster = (wishes: object = {}) => ({
    rosterId: 'r1',
    status: 'done',
    problem: null,
    totalRows: 1,
    rows: 1,
    leads: { new: 1, changed: 0, unchanged: 0 },
    faults: 0,
    notes: 0,
    remarks: [],
    next: null,
    ...wishes,
  })
  const fault = (line: number) => ({
    line,
    kind: 'fault',
    field: 'mobile',
    code: 'mobile.format',
    zh: '手机号',
    en: 'Mobile',
  })

  /** A system that answers the upload, then each question with the next of `answers`. */
  async function system(...answers: object[]) {
    const asked: string[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')} ${Buffer.concat(chunks)}`.trim())
      if (request.method === 'POST') response.writeHead(202).end(JSON.stringify(roster({ status: 'reading', rows: 0 })))
      else response.writeHead(200).end(JSON.stringify(request.url === '/health/live' ? {} : answers.shift()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      asked,
      run: (...more: string[]) => runProgram(['import', 'roster', file, '--url', url, '--token', 't', ...more]),
    }
  }

  it('uploads the file, waits until it is read, and tells what became of it', async () => {
    const { asked, run } = await system(roster({ status: 'reading' }), roster())
    expect(await run('--platform', 'yunmanman')).toBe(0)
    expect(asked.slice(1)).toEqual([
      'POST /api/rosters?file=名单.csv&platform=yunmanman 账号,手机号\na1,13812345678',
      'GET /api/rosters/r1?limit=1000',
      'GET /api/rosters/r1?limit=1000',
    ])
    expect(said.stdout).toMatch(/new leads\s+1/)
    expect(said.stderr).toContain('uploading')
  })

  it('names the rows that were not taken: exit code 1', async () => {
    const { run } = await system(roster({ faults: 1, remarks: [fault(2)] }))
    expect(await run()).toBe(1)
    expect(said.stdout).toContain('line 2, mobile')
    expect(said.stderr).toContain('1 rows were not taken')
  })

  it('prints every remark as JSON', async () => {
    const { run } = await system(roster({ faults: 2, remarks: [fault(2)], next: 2 }), roster({ remarks: [fault(3)] }))
    expect(await run('--json')).toBe(1)
    expect(JSON.parse(said.stdout).remarks.map(({ line }: { line: number }) => line)).toEqual([2, 3])
  })

  it.each([
    [{ status: 'interrupted' }, 'again'],
    [{ status: 'unreadable', problem: { zh: '没有表头', en: 'No header' } }, 'No header'],
  ])('says what to do when it ended with %j: exit code 1', async (wishes, words) => {
    const { run } = await system(roster(wishes))
    expect(await run()).toBe(1)
    expect(said.stderr).toContain(words)
  })

  it('says that there is no such file: exit code 4', async () => {
    expect(await runProgram(['import', 'roster', join(folder, 'none.csv')])).toBe(4)
    expect(said.stderr).toContain('none.csv')
  })

  it('takes whole seconds of patience only: exit code 2', async () => {
    const { asked, run } = await system()
    for (const patience of ['soon', '', '-1', '0.5']) expect(await run('--patience', patience)).toBe(2)
    expect(asked).toEqual([])
  })

  it('names the address of a system that ends during the upload, and what to do', async () => {
    const server = createServer((request, response) => {
      if (request.method === 'POST') request.socket.destroy()
      else response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await runProgram(['import', 'roster', file, '--url', url, '--token', 't'])).toBe(3)
    expect(said.stderr).toContain('again')
  })
})
