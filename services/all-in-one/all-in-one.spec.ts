import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import { streams } from '#libs/contracts'
import { eventually, kafkaForTests } from '#libs/testing'

const MAIN = new URL('./main.ts', import.meta.url).pathname
const LOADER = new URL('../../libs/testing/typescript-loader.mjs', import.meta.url).pathname

const kafka = await kafkaForTests()

/** The system as `npm start` runs it: its own process, its own PostgreSQL. */
describe('all services in one process', () => {
  let folder: string
  let running: ChildProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ruhui-all-'))
  })

  afterEach(async () => {
    if (running && running.exitCode === null && running.signalCode === null) await end(running, 'SIGTERM')
  })

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  function start(environment: Record<string, string> = {}): { child: ChildProcess; output: () => string } {
    const child = spawn(process.execPath, ['--conditions=source', '--import', LOADER, MAIN], {
      env: { PATH: process.env.PATH, RUHUI_DATA: folder, PORT: '0', HOST: '127.0.0.1', ...environment },
    })
    let text = ''
    child.stdout?.on('data', (chunk) => (text += chunk))
    child.stderr?.on('data', (chunk) => (text += chunk))
    return { child, output: () => text }
  }

  async function startReady(environment: Record<string, string> = {}) {
    const { child, output } = start(environment)
    running = child
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(output())
      return output().includes('Ctrl-C') || undefined
    }, 60_000)
    return { child, output: output() }
  }

  const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
    const exited = once(child, 'exit')
    child.kill(signal)
    return (await exited)[0]
  }

  const urlIn = (output: string) => /Console +(http:\S+)\/console/.exec(output)?.[1] as string

  it('shows console, set-up link and a code, survives kill -9 with its data, and stops cleanly', async () => {
    const first = await startReady()
    expect(first.output).toMatch(/First admin http:\S+\/console\/setup\/[\w-]{43}/)
    expect(first.output).toMatch(/Sample +http:\S+\/j\/[0-9A-Z]{16}/)
    expect(first.output).toContain('▄▄▄')
    const code = /\/j\/([0-9A-Z]{16})/.exec(first.output)?.[1]
    const secrets = await stat(join(folder, 'secrets.json'))
    const credential = await stat(join(folder, 'operator.json'))
    expect([secrets.mode & 0o777, credential.mode & 0o777]).toEqual([0o600, 0o600])

    await end(first.child, 'SIGKILL')
    const second = await startReady()
    expect(second.output).toContain(`/j/${code}`)
    const scan = await fetch(`${urlIn(second.output)}/j/${code}`, { redirect: 'manual' })
    expect(scan.status).toBe(303)
    const { secret } = JSON.parse(await readFile(join(folder, 'operator.json'), 'utf8'))
    const session = await fetch(`${urlIn(second.output)}/api/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operatorSecret: secret }),
    })
    expect(session.ok).toBe(true)

    const rival = start()
    await once(rival.child, 'exit')
    expect(rival.child.exitCode).toBe(1)
    expect(rival.output()).toContain('Another running Ruhui uses the data folder')
    expect(rival.output()).not.toContain('    at ')

    expect(await end(second.child, 'SIGTERM')).toBe(0)
  }, 120_000)

  it('says which port is taken and what to do', async () => {
    const other = await startReady()
    const port = new URL(urlIn(other.output)).port
    const elsewhere = await mkdtemp(join(tmpdir(), 'ruhui-all-'))
    const { child, output } = start({ PORT: port, RUHUI_DATA: elsewhere })
    await once(child, 'exit')
    await rm(elsewhere, { recursive: true, force: true })
    expect(child.exitCode).toBe(1)
    expect(output()).toContain(`Port ${port} is taken`)
  }, 120_000)

  const kafkaIt = 'skip' in kafka ? it.skip : it
  kafkaIt(
    'over Kafka makes the topics that are missing',
    async () => {
      const { brokers } = kafka as { brokers: string[] }
      const prefix = `all-in-one-${randomUUID()}`
      const { child } = await startReady({ KAFKA_BROKERS: brokers.join(','), KAFKA_PREFIX: prefix })
      expect(await end(child, 'SIGTERM')).toBe(0)
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      try {
        const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
        expect(topics.toSorted()).toEqual(streams.map((stream) => `${prefix}.${stream}`).toSorted())
        await admin.deleteTopics({ topics })
      } finally {
        await admin.disconnect()
      }
    },
    120_000,
  )

  it('says that there is no Kafka where it should be', async () => {
    const { child, output } = start({ KAFKA_BROKERS: '127.0.0.1:1' })
    await once(child, 'exit')
    expect(child.exitCode).toBe(1)
    expect(output()).toMatch(/^KAFKA_BROKERS（127.0.0.1:1）连不上/)
    expect(output()).not.toContain('    at ')
  }, 120_000)
})
