import { Command } from 'commander'
import { createTopics } from '#libs/messaging'
import { ConfigError, readConfig, topicsConfig } from '#libs/platform'
import { Failure } from './failure.ts'

/** `ruhui topics create`: the deploy step that makes the topics which are missing. */
export function topicsCommand(): Command {
  const create = new Command('create')
    .summary('创建缺少的主题 create the topics that are missing')
    .description(
      '创建缺少的 Kafka 主题，已有的不变。由环境变量配置：\n' +
        'Creates the Kafka topics that are missing; those that exist stay as they are. Environment variables:\n' +
        Object.entries(topicsConfig.shape)
          .map(([name, schema]) => `  ${name}: ${schema.description}`)
          .join('\n'),
    )
    .option('--json', '输出 JSON print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const created = await createMissing()
      if (json) process.stdout.write(`${JSON.stringify({ created })}\n`)
      else for (const topic of created) process.stdout.write(`${topic}\n`)
      process.stderr.write(`新建主题 topics created: ${created.length}\n`)
    })
  return new Command('topics').summary('Kafka 主题 the Kafka topics').addCommand(create)
}

async function createMissing(): Promise<string[]> {
  const { KAFKA_BROKERS, KAFKA_PREFIX, KAFKA_TOPIC_PARTITIONS, KAFKA_TOPIC_REPLICAS } = readTopicsConfig()
  try {
    return await createTopics(
      { brokers: KAFKA_BROKERS, prefix: KAFKA_PREFIX },
      { partitions: KAFKA_TOPIC_PARTITIONS, replicas: KAFKA_TOPIC_REPLICAS },
    )
  } catch (error) {
    throw new Failure('unreachable', {
      zh: `Kafka（${KAFKA_BROKERS.join(',')}）未完成：${(error as Error).message}`,
      en: `Kafka at ${KAFKA_BROKERS.join(',')} did not do it: ${(error as Error).message}`,
    })
  }
}

function readTopicsConfig() {
  try {
    return readConfig(topicsConfig)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new Failure('usage', { zh: '缺少环境变量，见下', en: error.message })
  }
}
