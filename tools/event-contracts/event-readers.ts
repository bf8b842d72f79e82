import type { Type } from '@nestjs/common'
import { MODULE_METADATA } from '@nestjs/common/constants.js'
import { MetadataScanner } from '@nestjs/core'
import { PATTERN_EXTRAS_METADATA, PATTERN_METADATA } from '@nestjs/microservices/constants.js'
import type { z } from 'zod'
import { type AsyncApiService, asyncApiDocument } from '#libs/contracts'
import type { ServiceDefinition } from '#libs/platform'

/** A handler: which service reads which event, and what it needs of the data. */
export interface EventReader {
  readonly service: string
  readonly type: string
  readonly reads: z.ZodType
}

/** The `@EventPattern` handlers of a service, as its module declares them; nothing is started. */
export function eventReadersOf({ name: service, module }: ServiceDefinition): EventReader[] {
  const controllers: Type[] = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module) ?? []
  return controllers.flatMap(({ prototype }) =>
    new MetadataScanner().getAllMethodNames(prototype).flatMap((method) => {
      const patterns: string[] = Reflect.getMetadata(PATTERN_METADATA, prototype[method]) ?? []
      const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, prototype[method])
      return patterns.map((type) => ({ service, type, reads: extras.reads }))
    }),
  )
}

/** The AsyncAPI document of these services, with the events that their handlers read. */
export function asyncApiOf(services: readonly ServiceDefinition[]) {
  return asyncApiDocument(services.map(describe))
}

function describe(service: ServiceDefinition): AsyncApiService {
  const { name, stream } = service
  return { name, stream, reads: eventReadersOf(service).map(({ type }) => type) }
}
