import { type Model, type ModelInput, parseModel } from '../model/model.ts'
import { tableOf } from '../table/table-builder.ts'
import { nextEpoch } from './next-epoch.ts'

/** Trains on the same records here and aside, and prints what came of it: Jest's own process runs no threads of sources. */

const names = ['first', 'second']
const input: ModelInput = {
  format: 'ruhui-linkage/1',
  name: 'two fields',
  epoch: 4,
  fields: names.map((name) => ({ name, type: 'text' })),
  comparisons: names.map((name) => ({
    name,
    field: name,
    comparator: 'exact',
    levels: [
      { name: 'equal', when: ['equal'], m: 0.8, u: 0.1 },
      { name: 'different', m: 0.2, u: 0.9 },
    ],
  })),
  blocking: names.map((name) => ({ name, keys: [{ field: name, part: 'value' }] })),
  prior: { partnersPerRecord: 1 },
  thresholds: { keep: -5000, review: 0, merge: 0 },
  training: { passes: [['first'], ['second']], randomPairs: 1000, blockedPairs: 1000 },
}
const model = parseModel(input)
const rows = Array.from({ length: 300 }, (_, i) => ({ record_id: `r${i}`, first: `a${i % 90}`, second: `b${i % 70}` }))
const table = tableOf(model, rows)

const untrainable: Model = { ...model, training: undefined }
const failure = await nextEpoch(untrainable, table, true).catch((error: Error) => error.message)
const here = await nextEpoch(model, table, false)
const aside = await nextEpoch(model, table, true)
process.stdout.write(JSON.stringify({ here, aside, failure }))
