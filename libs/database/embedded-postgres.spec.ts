import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { DataFolderError } from './data-folder.ts'
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts'

/** A folder with a database in it; each test gets a copy, which takes less time than making one. */
let prepared: string
let home: string
let dataFolder: string
let running: EmbeddedPostgres[]
let children: ChildProcess[]

beforeAll(async () => {
  prepared = await makeHome()
  const server = await startEmbeddedPostgres({ dataFolder: join(prepared, 'data'), fsync: false })
  await server.stop()
})
afterAll(() => rm(prepared, { recursive: true }))

beforeEach(async () => {
  home = await makeHome()
  dataFolder = join(home, 'data')
  await promisify(execFile)('cp', ['-a', join(prepared, 'data'), dataFolder])
  running = []
  children = []
})

afterEach(async () => {
  for (const child of children) {
    child.stdin!.end()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  for (const server of running) await server.stop()
  await rm(home, { recursive: true, force: true, maxRetries: 20 })
})

describe('a first start', () => {
  beforeEach(() => {
    dataFolder = join(home, 'new')
  })

  it('makes a database that later starts find again', async () => {
    const first = await start({ fsync: true })
    expect(await query(first.url, 'show fsync')).toEqual([{ fsync: 'on' }])
    await query(first.url, 'create table driver as select 1 as id')
    await first.stop()
    const second = await start({ fsync: true })
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'select id from driver')).toEqual([{ id: 1 }])
  })

  it('keeps its generated password and its log from others', async () => {
    const { clusterFolder, logFile, url } = await start()
    expect((await stat(join(clusterFolder, 'password'))).mode & 0o777).toBe(0o600)
    expect((await stat(logFile)).mode & 0o777).toBe(0o600)
    const stranger = new URL(url)
    stranger.password = 'postgres'
    await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('understands Chinese text', async () => {
    const { url } = await start()
    await query(url, 'create extension pg_trgm')
    expect(await query(url, `select '张伟' ~ '^\\w+$' as word, similarity('张伟', '张伟强') > 0 as similar`)).toEqual([
      { word: true, similar: true },
    ])
  })

  it('begins again after it was killed in the middle', async () => {
    const child = instance()
    while (!(await exists(join(await draft(), 'data')))) await sleep(5)
    const half = await draft()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = await start()
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await exists(half)).toBe(false)

    async function draft(): Promise<string> {
      const names = await readdir(dataFolder).catch(() => [])
      return join(dataFolder, names.find((name) => name.startsWith('postgres.new-')) ?? 'none')
    }
  })
})

it('creates a database once', async () => {
  const server = await start()
  const url = await server.createDatabase('qr-codes')
  await query(url, 'create table code ()')
  expect(await server.createDatabase('qr-codes')).toBe(url)
  expect(await query(url, `select to_regclass('code')::text as found`)).toEqual([{ found: 'code' }])
})

it('takes settings of the caller over its own', async () => {
  const { url } = await start({ settings: { max_connections: '17' } })
  expect(await query(url, 'show max_connections')).toEqual([{ max_connections: '17' }])
  expect(await query(url, 'show jit')).toEqual([{ jit: 'off' }])
})

it('works in a folder whose path is too long for a socket, and leaves nothing in /tmp', async () => {
  dataFolder = join(home, '数据 目录'.repeat(8), 'data')
  const server = await start()
  const socketFolder = decodeURIComponent(new URL(server.url).hostname)
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect((await stat(socketFolder)).mode & 0o777).toBe(0o700)
  await server.stop()
  expect(await exists(socketFolder)).toBe(false)
})

describe('after a crash', () => {
  it('reports the death of the server, and recovers what was committed', async () => {
    let report: (error: DataFolderError) => void
    const reported = new Promise<DataFolderError>((resolve) => {
      report = resolve
    })
    const server = await start({ fsync: true, onExit: (error) => report(error) })
    await query(server.url, 'create table driver as select 1 as id')
    process.kill(server.pid, 'SIGKILL')
    expect(await reported).toMatchObject({ code: 'server_lost' })
    const next = await start({ fsync: true })
    expect(await query(next.url, 'select id from driver')).toEqual([{ id: 1 }])
  })

  it('does not report a stop', async () => {
    const reports: unknown[] = []
    const server = await start({ onExit: (error) => reports.push(error) })
    await server.stop()
    await sleep(50)
    expect(reports).toEqual([])
  })

  it('replaces the server that a killed process left behind', async () => {
    const child = instance()
    const { url, pid } = await announced(child)
    await query(url, 'create table driver as select 1 as id')
    child.kill('SIGKILL')
    await once(child, 'exit')
    process.kill(pid, 0)
    const server = await start()
    expect(server.pid).not.toBe(pid)
    expect(await query(server.url, 'select id from driver')).toEqual([{ id: 1 }])
  })

  it('does not take a program that got the old process id for a server', async () => {
    const server = await start()
    const file = join(server.clusterFolder, 'data', 'postmaster.pid')
    const content = await readFile(file, 'utf8')
    await server.stop()
    // PostgreSQL itself would only be deceived by a program of its own user.
    const { uid } = await stat(server.clusterFolder)
    const program = spawn('sleep', ['60'], { uid })
    try {
      await writeFile(file, content.replace(/^\d+/, String(program.pid)))
      expect(await query((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }])
    } finally {
      program.kill()
    }
  })
})

describe('a second instance', () => {
  it('is refused, and the first goes on', async () => {
    const child = instance()
    const { url } = await announced(child)
    await expect(start()).rejects.toMatchObject({ name: 'SecondInstanceError', code: 'second_instance' })
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('that starts at the same moment leaves exactly one of them', async () => {
    dataFolder = join(home, 'new')
    const lines = await Promise.all([instance(), instance(), instance()].map(announced))
    expect(lines.map(({ code }) => code ?? 'started').sort()).toEqual(['second_instance', 'second_instance', 'started'])
    const winner = lines.find(({ url }) => url)!
    expect(await query(winner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('a damaged folder', () => {
  let data: string
  beforeEach(() => {
    data = join(dataFolder, 'postgres', 'data')
  })

  it('of another major version is refused', async () => {
    await writeFile(join(data, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('pg_dumpall') })
  })

  it('that holds no cluster is refused, and not overwritten', async () => {
    await rm(join(data, 'PG_VERSION'))
    await expect(start()).rejects.toMatchObject({ code: 'corrupt' })
    expect(await readdir(data)).toContain('base')
  })

  it('that PostgreSQL does not start on shows what PostgreSQL said', async () => {
    await rm(join(data, 'global', 'pg_control'))
    const error = { code: 'not_started', message: expect.stringContaining('could not find the database system') }
    await expect(start()).rejects.toMatchObject(error)
  })
})

async function makeHome(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ruhui-pg-')))
  await chmod(folder, 0o711)
  return folder
}

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder, fsync: false, ...options })
  running.push(server)
  return server
}

/** Another process that starts on the same folder, prints the outcome as JSON, and stays. */
function instance(): ChildProcess {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('embedded-postgres.ts', import.meta.url).href)}
    const options = { dataFolder: ${JSON.stringify(dataFolder)}, fsync: false }
    const { url, pid, code, stop } = await startEmbeddedPostgres(options).catch((error) => error)
    console.log(JSON.stringify({ url, pid, code }))
    process.stdin.on('end', () => stop?.()).resume()`
  const loader = new URL('../testing/typescript-loader.mjs', import.meta.url).href
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

async function announced(child: ChildProcess): Promise<{ url: string; pid: number; code?: string }> {
  const [line] = await once(createInterface(child.stdout!), 'line')
  return JSON.parse(line)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
