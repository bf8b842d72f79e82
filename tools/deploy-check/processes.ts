import { PATTERN_METADATA } from '@nestjs/microservices/constants.js'
import type { z } from 'zod'
import { catalogue, type Stream } from '#libs/contracts'
import { configOf, readConfig, type ServiceDefinition, topicsConfig } from '#libs/platform'
import { gatewayConfig } from '../../services/gateway/gateway.ts'

/** One process of a deployment, with the environment that it would really get. */
export interface Process {
  readonly name: string
  /** What Node runs, with its arguments: `dist/services/registrations/main.js`. */
  readonly program: string
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
}

/** The deploy step that makes the topics. */
export const TOPICS = 'dist/cli/main.js topics create'

/** Where a service's, or the gateway's, program lies in the image. */
export function programOf(name: string): string {
  return `dist/services/${name}/main.js`
}

/** `qr-codes` → `ruhui_qr_codes`, a service's database and its role. */
export function databaseOf(service: string): string {
  return `ruhui_${service.replaceAll('-', '_')}`
}

/**
 * What is wrong with the environment of a process: names that its program does not know, values that are missing or
 * that it would refuse, a database that is another service's. One line per fault.
 */
export function faultsOfEnvironment(process: Process, services: readonly ServiceDefinition[]): string[] {
  const { name, program, environment } = process
  const service = services.find((each) => programOf(each.name) === program)
  const schema = schemaOf(program, service)
  if (!schema) return [`${name}: ${program} is no program of the system`]
  const unknown = Object.keys(environment).filter((variable) => !(variable in schema.shape))
  const faults = unknown.map((variable) => `${name}: its program does not know ${variable}`)
  try {
    readConfig(schema, { environment })
  } catch (error) {
    faults.push(`${name}: ${(error as Error).message}`)
  }
  if (service) faults.push(...faultsOfService(process, service))
  return faults
}

/** What the configuration leaves open on one machine must be said where services run apart. */
function faultsOfService({ name, environment }: Process, service: ServiceDefinition): string[] {
  const missing = ['KAFKA_BROKERS', 'PUBLIC_URL'].filter((variable) => !environment[variable])
  const { username, pathname } = new URL(environment.DATABASE_URL ?? 'postgres:///')
  const database = databaseOf(service.name)
  return [
    ...missing.map((variable) => `${name}: ${variable} is not set`),
    ...(pathname === `/${database}` && username === database ? [] : [`${name}: DATABASE_URL is not ${database}'s`]),
  ]
}

/** Processes that run another image than all should. */
export function faultsOfImages(processes: readonly Process[], image: string): string[] {
  return processes
    .filter((process) => process.image !== image)
    .map((process) => `${process.name}: runs ${process.image}`)
}

function schemaOf(program: string, service: ServiceDefinition | undefined): z.ZodObject | undefined {
  if (service) return configOf([service])
  if (program === programOf('gateway')) return gatewayConfig
  return program === TOPICS ? topicsConfig : undefined
}

/** The port that a process listens on; undefined where its program would refuse the value. */
export function portOf({ environment }: Process): number | undefined {
  return gatewayConfig.shape.PORT.safeParse(environment.PORT).data
}

/** The streams that a service's handlers read. */
export function streamsReadBy({ module }: ServiceDefinition): Stream[] {
  const controllers: { prototype: object }[] = Reflect.getMetadata('controllers', module) ?? []
  const methods = controllers.flatMap(({ prototype }) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).map(({ value }) => value as unknown),
  )
  const types = methods
    .filter((method) => typeof method === 'function')
    .flatMap((method): string[] => Reflect.getMetadata(PATTERN_METADATA, method) ?? [])
  return [...new Set(catalogue.filter(({ type }) => types.includes(type)).map(({ stream }) => stream))]
}
