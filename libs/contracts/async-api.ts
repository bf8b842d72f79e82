import { catalogue } from './catalogue.ts'
import { type EventDefinition, type Stream, streams } from './event.ts'
import { jsonSchemaOf } from './json-schema.ts'

/** What the document has to know of a service. */
export interface AsyncApiService {
  readonly name: string
  /** The stream that it publishes. */
  readonly stream?: Stream | undefined
  /** The event types that it has handlers of. */
  readonly reads: readonly string[]
}

type Reference = { readonly $ref: string }

/** All events of the system, and who sends and receives them, as an AsyncAPI 3.0 document. */
export function asyncApiDocument(services: readonly AsyncApiService[]) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ruhui events',
      version: '1',
      description: [
        'CloudEvents 1.0 in the binary mode of Kafka: attributes in headers, data as JSON in the value.',
        'A published version never changes; fields that a reader does not know are to be passed over.',
        'Events of one key arrive in their order, each at least once: `ce_id` tells a repetition.',
        'Topics begin with KAFKA_PREFIX, which is `ruhui` unless it is set.',
      ].join('\n'),
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(streams.map((stream) => [stream, channel(stream)])),
    operations: Object.fromEntries(services.flatMap(operations)),
    components: { messages: Object.fromEntries(catalogue.map((definition) => [definition.type, message(definition)])) },
  }
}

function channel(stream: Stream) {
  const types = typesOf(stream)
  return {
    address: `ruhui.${stream}`,
    messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
  }
}

function operations({ name, stream, reads }: AsyncApiService): [string, object][] {
  const sent = stream ? [operation('send', name, stream, typesOf(stream))] : []
  const received = streams
    .map((from) => [from, typesOf(from).filter((type) => reads.includes(type))] as const)
    .filter(([, types]) => types.length > 0)
    .map(([from, types]) => operation('receive', name, from, types))
  return [...sent, ...received]
}

function operation(action: 'send' | 'receive', service: string, stream: Stream, types: readonly string[]) {
  const messages: Reference[] = types.map((type) => ({ $ref: `#/channels/${stream}/messages/${type}` }))
  const title = action === 'send' ? `${service} publishes` : `${service} reads ${stream}`
  const body = { action, channel: { $ref: `#/channels/${stream}` }, title, tags: [{ name: service }], messages }
  return [action === 'send' ? `${service}.send` : `${service}.receive.${stream}`, body] satisfies [string, object]
}

function message(definition: EventDefinition) {
  const { type, version, summary } = definition
  return {
    name: type,
    title: `${type} version ${version}`,
    summary,
    contentType: 'application/json',
    headers: headersOf(definition),
    payload: jsonSchemaOf(definition),
    bindings: { kafka: { key: { type: 'string' }, bindingVersion: '0.5.0' } },
  }
}

function headersOf({ type, version, stream }: EventDefinition) {
  const properties = {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'UUID v7; repeated when the event is delivered again' },
    ce_source: { const: `/ruhui/${stream}` },
    ce_type: { const: type },
    ce_time: { type: 'string', format: 'date-time', description: 'When it was recorded' },
    ce_dataversion: { const: String(version) },
    ce_partitionkey: { type: 'string', description: 'The aggregate, as in the key of the message' },
    ce_trace: { type: 'string', description: 'Id of the request or event behind it; missing when there is none' },
    'content-type': { const: 'application/json' },
  }
  const required = Object.keys(properties).filter((name) => name !== 'ce_trace')
  return { type: 'object', properties, required }
}

function typesOf(stream: Stream): string[] {
  return catalogue.filter((definition) => definition.stream === stream).map(({ type }) => type)
}
