import type { INestApplicationContext, Provider, Type } from '@nestjs/common'
import type { z } from 'zod'
import type { Stream } from '#libs/contracts'
import type { ServiceDatabase } from '#libs/database'

/** Everything the host has to know of a service. */
export interface ServiceDefinition {
  readonly name: string
  /** The stream it publishes; undefined for a service that only reads. */
  readonly stream?: Stream
  /** URL prefixes that belong to it. */
  readonly routes: readonly string[]
  /** Environment variables of its own, beside the host's. */
  readonly config: z.ZodObject
  readonly module: Type
  readonly entities: ServiceDatabase['entities']
  readonly migrations: ServiceDatabase['migrations']
  /** Turns the configuration into what the service injects: keys, ciphers, clocks. */
  providers(config: never): Provider[]
  /** Fills an empty database on the first start; must do nothing at later ones. */
  seed?(app: INestApplicationContext): Promise<void>
}

/** Describes a service; the types of `config` reach `providers`. */
export function defineService<Config extends z.ZodObject>(
  service: Omit<ServiceDefinition, 'config' | 'providers'> & {
    readonly config: Config
    providers?(config: z.infer<Config> & { PUBLIC_URL: string }): Provider[]
  },
): ServiceDefinition {
  return { providers: () => [], ...service }
}
