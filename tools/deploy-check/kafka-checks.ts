import { isDeepStrictEqual } from 'node:util'
import { streams } from '#libs/contracts'
import { topicSettings } from '#libs/messaging'
import { type Manifest, ofKind } from './manifests.ts'
import { type Process, TOPICS } from './processes.ts'
import { broken, sameMembers } from './rules.ts'

/**
 * What is wrong with the Kafka cluster and its topics, seen from the services that use them. Without a cluster of
 * Strimzi's, Kafka is outside, and the deploy step has to be there.
 */
export function faultsOfKafka(manifests: readonly Manifest[], processes: readonly Process[]): string[] {
  const kafka = ofKind(manifests, 'Kafka')[0]
  const clients = processes.map(({ environment }) => environment).filter(({ KAFKA_BROKERS }) => KAFKA_BROKERS)
  if (!kafka) {
    return broken('Kafka outside', {
      'the deploy step makes its topics': processes.some(({ program }) => program === TOPICS),
      'all speak to the same brokers': new Set(clients.map(({ KAFKA_BROKERS }) => KAFKA_BROKERS)).size === 1,
      'all use the same topics': new Set(clients.map(({ KAFKA_PREFIX }) => KAFKA_PREFIX)).size === 1,
    })
  }
  const cluster = kafka.metadata.name
  const bootstrap = `${cluster}-kafka-bootstrap:${kafka.spec.kafka.listeners[0]!.port}`
  const pools = ofKind(manifests, 'KafkaNodePool')
  const nodes = pools.reduce((sum, { spec }) => sum + spec.replicas, 0)
  const topics = ofKind(manifests, 'KafkaTopic')
  const wanted = clients.flatMap(({ KAFKA_PREFIX }) => streams.map((stream) => `${KAFKA_PREFIX}.${stream}`))
  return broken(cluster, {
    'its topics are those of the streams': sameMembers(
      wanted,
      topics.map(({ metadata }) => metadata.name),
    ),
    'all topics have as many partitions': new Set(topics.map(({ spec }) => spec.partitions)).size === 1,
    'every replica has a node': topics.every(({ spec }) => spec.replicas <= nodes),
    'one of several nodes may be away': topics.every(
      ({ spec }) => spec.config['min.insync.replicas'] === Math.max(1, spec.replicas - 1),
    ),
    'topics are set as the deploy step sets them': topics.every(({ spec }) =>
      isDeepStrictEqual(spec.config, topicSettings(spec.replicas)),
    ),
    'only the operator makes topics': kafka.spec.kafka.config['auto.create.topics.enable'] === false,
    'pools and topics carry its label': [...pools, ...topics].every(
      ({ metadata }) => metadata.labels['strimzi.io/cluster'] === cluster,
    ),
    'KAFKA_BROKERS leads to it': clients.every(({ KAFKA_BROKERS }) => KAFKA_BROKERS === bootstrap),
  })
}

/** Into how many partitions every topic is divided. */
export function partitionsOf(manifests: readonly Manifest[], processes: readonly Process[]): number {
  const outside = processes.find(({ program }) => program === TOPICS)?.environment.KAFKA_TOPIC_PARTITIONS
  return outside ? Number(outside) : Math.min(...ofKind(manifests, 'KafkaTopic').map(({ spec }) => spec.partitions))
}
