import { z } from 'zod'
import type { EventDefinition } from './event.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The data of an event kind as JSON Schema 2020-12. Fields that the schema does not name are allowed: a reader passes
 * over what a newer publisher adds.
 */
export function jsonSchemaOf({ data }: Pick<EventDefinition, 'data'>): JsonSchema {
  // Through JSON, because zod's result carries more than its JSON.
  return JSON.parse(JSON.stringify(z.toJSONSchema(data, { target: 'draft-2020-12', io: 'input' })))
}
