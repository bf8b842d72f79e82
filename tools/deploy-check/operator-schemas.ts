import type { ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1'
import { z } from 'zod'

/**
 * The parts that we use of kinds whose operators publish no typed model for Node 20: Strimzi's `v1`, and
 * CloudNativePG's `Database`. A field that is not listed here is refused: add it after a look into the operator's
 * reference.
 */

const labels = z.record(z.string(), z.string())
const metadata = z.strictObject({ name: z.string(), namespace: z.string(), labels: labels.optional() })
/** Strimzi finds pools and topics of a cluster by this label. */
const metadataInCluster = metadata.extend({ labels: z.looseObject({ 'strimzi.io/cluster': z.string() }) })
const quantity = z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/)
const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ memory: quantity }),
})
const config = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const restrictedPod = z.strictObject({
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
})
const restrictedContainer = z.strictObject({
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
})
const peer = z.union([
  z.strictObject({ podSelector: z.strictObject({ matchLabels: labels }) }),
  z.strictObject({ namespaceSelector: z.strictObject({ matchLabels: labels }) }),
])

const strimzi = z.literal('kafka.strimzi.io/v1')

const kafka = z.strictObject({
  apiVersion: strimzi,
  kind: z.literal('Kafka'),
  metadata,
  spec: z.strictObject({
    kafka: z.strictObject({
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      listeners: z
        .array(
          z.strictObject({
            name: z.string().regex(/^[a-z0-9]{1,11}$/),
            port: z.int().min(9092),
            type: z.literal('internal'),
            tls: z.boolean(),
            networkPolicyPeers: z.array(peer),
          }),
        )
        .min(1),
      config,
      template: z.strictObject({ pod: restrictedPod, kafkaContainer: restrictedContainer }),
    }),
    entityOperator: z.strictObject({
      topicOperator: z.strictObject({}),
      template: z.strictObject({ pod: restrictedPod, topicOperatorContainer: restrictedContainer }),
    }),
  }),
})

const kafkaNodePool = z.strictObject({
  apiVersion: strimzi,
  kind: z.literal('KafkaNodePool'),
  metadata: metadataInCluster,
  spec: z.strictObject({
    replicas: z.int().min(1),
    roles: z.array(z.enum(['controller', 'broker'])).min(1),
    storage: z.strictObject({
      type: z.literal('jbod'),
      volumes: z.array(
        z.strictObject({
          id: z.int().min(0),
          type: z.literal('persistent-claim'),
          size: quantity,
          kraftMetadata: z.literal('shared').optional(),
          deleteClaim: z.boolean(),
        }),
      ),
    }),
    resources,
    jvmOptions: z.strictObject({ '-Xms': z.string().regex(/^\d+[mg]$/), '-Xmx': z.string().regex(/^\d+[mg]$/) }),
  }),
})

const kafkaTopic = z.strictObject({
  apiVersion: strimzi,
  kind: z.literal('KafkaTopic'),
  metadata: metadataInCluster,
  spec: z.strictObject({
    partitions: z.int().min(1),
    replicas: z.int().min(1),
    config: z.strictObject({ 'retention.ms': z.int(), 'segment.ms': z.int(), 'min.insync.replicas': z.int().min(1) }),
  }),
})

const database = z.strictObject({
  apiVersion: z.literal('postgresql.cnpg.io/v1'),
  kind: z.literal('Database'),
  metadata,
  spec: z.strictObject({ cluster: z.strictObject({ name: z.string() }), name: z.string(), owner: z.string() }),
})

export type Cluster = ICluster
export type Kafka = z.infer<typeof kafka>
export type KafkaNodePool = z.infer<typeof kafkaNodePool>
export type KafkaTopic = z.infer<typeof kafkaTopic>
export type Database = z.infer<typeof database>

/** The schemas by kind. */
export const operatorSchemas: Readonly<Record<string, z.ZodType>> = {
  Kafka: kafka,
  KafkaNodePool: kafkaNodePool,
  KafkaTopic: kafkaTopic,
  Database: database,
}
