/**
 * Offers one PostgreSQL server, and one Kafka broker, to all specs of a run, each started when the first of them asks for it.
 *
 * The server belongs to a child process that ends it as soon as its standard input closes: at the teardown, or when
 * Jest is gone in whatever way.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { offerKafka } from './jest-kafka.mjs'

export default async function setUp() {
  globalThis.stopTestKafka = await offerKafka()
  if (process.env.TEST_DATABASE_URL) return
  let owner
  let url
  const starter = createServer(async (_request, response) => {
    owner ??= spawnOwner()
    url ??= firstLine(owner)
    try {
      response.end(await url)
    } catch (error) {
      response.writeHead(500).end(error.message)
    }
  })
  starter.listen(0, '127.0.0.1')
  await once(starter, 'listening')
  starter.unref()
  process.env.TEST_DATABASE_STARTER = `http://127.0.0.1:${starter.address().port}`

  globalThis.stopTestDatabases = async () => {
    starter.closeAllConnections()
    starter.close()
    if (!owner || owner.exitCode !== null) return
    owner.stdin.end()
    await once(owner, 'exit')
  }
}

function spawnOwner() {
  const here = (name) => new URL(name, import.meta.url)
  const args = [
    '--conditions=source',
    '--import',
    here('typescript-loader.mjs').href,
    here('postgres-owner.ts').pathname,
  ]
  // Detached: Ctrl-C ends Jest first, and the closing of the pipe then ends the owner.
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
}

async function firstLine(child) {
  for await (const line of createInterface(child.stdout)) return line
  throw new Error('The PostgreSQL server for specs does not start; its error is printed above.')
}
