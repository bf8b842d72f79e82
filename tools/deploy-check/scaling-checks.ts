import type { Stream } from '#libs/contracts'
import { hostConfig } from '#libs/platform'
import { partitionsOf } from './kafka-checks.ts'
import { type Manifest, named, ofKind } from './manifests.ts'
import type { Process } from './processes.ts'
import { broken } from './rules.ts'

/** Connections that replication, backups and people need besides the services. */
const SPARE_CONNECTIONS = 20

/** How many pods a Deployment may have. */
interface Scale {
  readonly name: string
  readonly by: 'lag' | 'cpu'
  readonly least: number
  readonly most: number
}

/**
 * What is wrong with how services scale. An overlay without any autoscaler is right as it is, but for its connections.
 *
 * @param read the streams that a service reads, by its name
 */
export function faultsOfScaling(
  manifests: readonly Manifest[],
  processes: readonly Process[],
  read: ReadonlyMap<string, readonly Stream[]>,
): string[] {
  const scales = scalesOf(manifests)
  return [
    ...faultsOfScales(manifests, scales, read, partitionsOf(manifests, processes)),
    ...faultsOfTriggers(manifests, processes),
    ...faultsOfConnections(manifests, processes, scales),
  ]
}

function scalesOf(manifests: readonly Manifest[]): Scale[] {
  const byLag = ofKind(manifests, 'ScaledObject').map(({ spec }) => ({
    name: spec.scaleTargetRef.name,
    by: 'lag' as const,
    least: spec.minReplicaCount ?? 0,
    most: spec.maxReplicaCount ?? 100,
  }))
  const byCpu = ofKind(manifests, 'HorizontalPodAutoscaler').map(({ spec }) => ({
    name: spec!.scaleTargetRef.name,
    by: 'cpu' as const,
    least: spec!.minReplicas ?? 1,
    most: spec!.maxReplicas,
  }))
  return [...byLag, ...byCpu]
}

function faultsOfScales(
  manifests: readonly Manifest[],
  scales: readonly Scale[],
  read: ReadonlyMap<string, readonly Stream[]>,
  partitions: number,
): string[] {
  if (scales.length === 0) return []
  const unscaled = [...read].filter(([name, streams]) => streams.length > 0 && !scales.some((it) => it.name === name))
  return [
    ...unscaled.map(([name]) => `${name}: reads events and does not scale`),
    ...scales.flatMap(({ name, by, least, most }) => {
      const deployment = named(manifests, 'Deployment', name)
      const cpu = deployment?.spec?.template.spec?.containers[0]?.resources?.requests?.cpu
      return broken(name, {
        'its number of pods is left to the autoscaler':
          deployment !== undefined && deployment.spec?.replicas === undefined,
        'it scales by one measure': scales.filter((other) => other.name === name).length === 1,
        'it is never without a pod': least >= 1,
        'it has no more pods than partitions': by === 'cpu' || most <= partitions,
        'it reads events, by whose lag it scales': by === 'cpu' || (read.get(name) ?? []).length > 0,
        'it asks for CPU, by whose use it scales': by === 'lag' || cpu !== undefined,
      })
    }),
  ]
}

function faultsOfTriggers(manifests: readonly Manifest[], processes: readonly Process[]): string[] {
  return ofKind(manifests, 'ScaledObject').flatMap(({ metadata, spec }) => {
    const { name } = spec.scaleTargetRef
    const { KAFKA_PREFIX, KAFKA_BROKERS } = processes.find((each) => each.name === name)?.environment ?? {}
    const brokers = KAFKA_BROKERS?.replace(/^([a-z0-9-]+):/, `$1.${metadata.namespace}.svc:`)
    const [trigger, ...others] = spec.triggers
    return broken(name, {
      // Without a topic, KEDA adds up the lag of all that the group reads.
      'one trigger is about all that its group reads':
        others.length === 0 && trigger?.type === 'kafka' && trigger.metadata.topic === undefined,
      'the trigger asks for its group': trigger?.metadata.consumerGroup === `${KAFKA_PREFIX}.${name}`,
      // KEDA asks from a namespace of its own: names within the cluster must say theirs.
      'the trigger asks its brokers': trigger?.metadata.bootstrapServers === brokers,
      'the trigger begins where a new group begins': trigger?.metadata.offsetResetPolicy === 'earliest',
    })
  })
}

/** At the largest scale, with one pod more of each while a new version rolls out. */
function faultsOfConnections(
  manifests: readonly Manifest[],
  processes: readonly Process[],
  scales: readonly Scale[],
): string[] {
  const offered = Number(ofKind(manifests, 'Cluster')[0]?.spec.postgresql?.parameters?.max_connections)
  const wanted = processes
    .filter(({ environment }) => environment.DATABASE_URL)
    .map(({ name, environment }) => {
      const fixed = named(manifests, 'Deployment', name)?.spec?.replicas ?? 1
      const most = scales.find((scale) => scale.name === name)?.most ?? fixed
      return (most + 1) * hostConfig.shape.DATABASE_POOL.parse(environment.DATABASE_POOL)
    })
    .reduce((sum, connections) => sum + connections, SPARE_CONNECTIONS)
  return wanted <= offered ? [] : [`services may open ${wanted} connections; PostgreSQL offers ${offered}`]
}
