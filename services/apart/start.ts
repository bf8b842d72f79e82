import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { startEmbeddedPostgres } from '#libs/database'
import { createTopics } from '#libs/messaging'
import { configOf, readConfig, topicsConfig } from '#libs/platform'
import { localSecrets } from '../all-in-one/local-secrets.ts'
import { leaveOperatorCredential } from '../all-in-one/operator-credential.ts'
import { welcome } from '../all-in-one/welcome.ts'
import { services } from '../index.ts'
import { SupervisedProcess } from './child-process.ts'

const FIRST_SERVICE_PORT = 18_101
const READY_BOUND_MS = 60_000

const apartConfig = topicsConfig.omit({ KAFKA_PREFIX: true }).extend({
  RUHUI_DATA: z.string().default('.data').describe('Folder of the embedded database and the secrets'),
  PORT: z.coerce.number().int().default(8080).describe('HTTP port of the gateway'),
  PUBLIC_URL: z.string().optional().describe('How phones reach the system'),
  LOG_LEVEL: z.string().default('warn').describe('Least level that is logged'),
})

/**
 * Runs every service as a process of its own, over Kafka and one PostgreSQL with a database per service, behind the
 * gateway: what compose and Kubernetes do, on this machine without containers.
 */
export async function startApart(): Promise<{ stop(): Promise<void> }> {
  const config = readConfig(apartConfig)
  const dataFolder = resolve(config.RUHUI_DATA)
  const database = await startEmbeddedPostgres({ dataFolder })
  const processes: SupervisedProcess[] = []
  const stop = async () => {
    await Promise.all(processes.toReversed().map((each) => each.stop()))
    await database.stop()
  }
  try {
    const secrets = await localSecrets(dataFolder)
    const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PARTITIONS: partitions, KAFKA_TOPIC_REPLICAS: replicas } = config
    await createTopics({ brokers, prefix: 'ruhui' }, { partitions, replicas })
    const url = `http://localhost:${config.PORT}`
    for (const [at, service] of services.entries()) {
      const known = new Set(Object.keys(configOf([service]).shape))
      const environment = {
        ...Object.fromEntries(Object.entries(secrets).filter(([name]) => known.has(name))),
        DATABASE_URL: await database.createDatabase(`ruhui_${service.name.replaceAll('-', '_')}`),
        KAFKA_BROKERS: brokers.join(','),
        PUBLIC_URL: config.PUBLIC_URL ?? url,
        HOST: '127.0.0.1',
        PORT: String(FIRST_SERVICE_PORT + at),
        LOG_LEVEL: config.LOG_LEVEL,
      }
      processes.push(new SupervisedProcess(service.name, mainOf(service.name), environment))
    }
    processes.push(
      new SupervisedProcess('gateway', mainOf('gateway'), {
        PORT: String(config.PORT),
        SERVICE_URL: `http://127.0.0.1:${String(FIRST_SERVICE_PORT).slice(0, -1)}{number}`,
      }),
    )
    for (const each of processes) each.start()
    await untilReady(url)
    const credential = { url, secret: secrets.OPERATOR_SECRET }
    await leaveOperatorCredential(dataFolder, credential)
    console.log(await welcome(credential))
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function mainOf(program: string): string {
  return fileURLToPath(new URL(`../${program}/main.js`, import.meta.url))
}

async function untilReady(url: string): Promise<void> {
  const until = performance.now() + READY_BOUND_MS
  for (;;) {
    const ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    if (performance.now() > until) throw new Error(`the services are not ready after ${READY_BOUND_MS / 1_000} s`)
    await sleep(200)
  }
}
