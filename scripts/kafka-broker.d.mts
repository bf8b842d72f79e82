/** The types of kafka-broker.mjs, for specs and the fault suite. */
export interface KafkaCluster {
  readonly brokers: string[]
  readonly bootstrap: string
  pid(at: number): number | undefined
  kill(at: number): Promise<void>
  restart(at: number): Promise<void>
  stop(): Promise<void>
}

export interface KafkaClusterOptions {
  readonly brokers: 1 | 3
  readonly dataFolder: string
  readonly ports?: number[]
  readonly say?: (zh: string, en: string) => void
  readonly onEnd?: (error: KafkaError) => void
}

export class KafkaError extends Error {
  readonly zh: string
}

export class KafkaUnavailable extends KafkaError {}

export const KAFKA_VERSION: string

export function startKafkaBroker(options: KafkaClusterOptions): Promise<KafkaCluster>

export function removeKafkaData(dataFolder: string): Promise<void>
