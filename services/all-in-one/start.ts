import { resolve } from 'node:path'
import { z } from 'zod'
import { startEmbeddedPostgres } from '#libs/database'
import { createTopics } from '#libs/messaging'
import { ConfigError, hostConfig, hostServices, readConfig, topicsConfig } from '#libs/platform'
import { services } from '../index.ts'
import { localSecrets } from './local-secrets.ts'
import { leaveOperatorCredential } from './operator-credential.ts'
import { welcome } from './welcome.ts'

/** What the process on one machine can be told beside what its services can. */
export const allInOneConfig = z.object({
  RUHUI_DATA: z.string().default('.data').describe('Folder of the embedded database, its secrets and its log'),
  DATABASE_URL: z.string().optional().describe('An outside PostgreSQL; without it one is started in RUHUI_DATA'),
})

/** Starts every service in this process, on an embedded PostgreSQL unless DATABASE_URL names another. */
export async function startAllInOne(): Promise<{ stop(): Promise<void> }> {
  const { RUHUI_DATA, DATABASE_URL } = readConfig(allInOneConfig)
  const dataFolder = resolve(RUHUI_DATA)
  let stop = async () => {}
  const database = DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({
        dataFolder,
        onExit: (error) => {
          console.error(error.message)
          void stop().finally(() => process.exit(1))
        },
      })
  try {
    const secrets = await localSecrets(dataFolder)
    await makeTopics()
    const host = await hostServices(services, {
      defaults: { DATABASE_URL: database?.url, LOG_FORMAT: 'text', LOG_LEVEL: 'warn', ...secrets },
    })
    const credential = { url: host.url, secret: secrets.OPERATOR_SECRET }
    await leaveOperatorCredential(dataFolder, credential)
    console.log(await welcome(credential))
    stop = async () => {
      await host.stop()
      await database?.stop()
    }
    return { stop }
  } catch (error) {
    await database?.stop()
    throw error
  }
}

/** Makes the topics that are missing, where events go over Kafka. @throws {ConfigError} when the brokers do not do it */
async function makeTopics(): Promise<void> {
  const { KAFKA_BROKERS: brokers } = readConfig(hostConfig.pick({ KAFKA_BROKERS: true }))
  if (!brokers) return
  const { KAFKA_PREFIX: prefix, ...topics } = readConfig(topicsConfig)
  const { KAFKA_TOPIC_PARTITIONS: partitions, KAFKA_TOPIC_REPLICAS: replicas } = topics
  await createTopics({ brokers, prefix }, { partitions, replicas }).catch((error: Error) => {
    throw new ConfigError(
      `KAFKA_BROKERS（${brokers.join(',')}）连不上，或不能创建主题，请检查地址和 Kafka 是否已启动\n` +
        `No Kafka there that makes topics: check the address, and that it runs (${error.message})`,
    )
  })
}
