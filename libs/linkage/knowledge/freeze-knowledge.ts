import type { Model } from '../model/model.ts'
import { type FieldPart, fieldPart, partKey } from '../table/field-parts.ts'
import type { Table } from '../table/table.ts'
import { countHashes, textOf } from './count-hashes.ts'
import { knowledgeOf } from './knowledge.ts'

/**
 * The frequencies and hubs of a table as the model's epoch stores them. Counts of 1 are left out: a value that is not listed
 * counts as seen once.
 */
export function freezeKnowledge(model: Model, table: Table): Pick<Model, 'frequencies' | 'hubValues'> {
  const counts: Record<string, Record<string, number>> = {}
  for (const { field, levels } of model.comparisons) {
    for (const { tf } of levels) {
      if (!tf) continue
      counts[partKey(field, tf.part)] ??= namedCounts(fieldPart(model, table, field, tf.part))
    }
  }
  const { hubs, population } = knowledgeOf({ ...model, frequencies: undefined, hubValues: undefined }, table)
  const hubValues: Record<string, string[]> = {}
  for (const { field, part, value } of hubs) {
    const key = partKey(field, part)
    hubValues[key] = [...(hubValues[key] ?? []), value]
  }
  return { frequencies: { population, counts }, hubValues }
}

function namedCounts(index: FieldPart): Record<string, number> {
  const named: [string, number][] = []
  countHashes(index, (hash, count, values) => {
    if (count >= 2) named.push([textOf(index, values[0]!, hash), count])
  })
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}
