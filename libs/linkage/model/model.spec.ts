import { expect, test } from '@jest/globals'
import { driversModel } from './drivers-model.ts'
import { InvalidModel, type ModelInput, parseModel } from './model.ts'

function problemsOf(change: (model: ModelInput) => void): readonly string[] {
  const model = structuredClone(driversModel)
  change(model)
  try {
    parseModel(model)
  } catch (error) {
    if (error instanceof InvalidModel) return error.problems
    throw error
  }
  return []
}

test('the built-in model is valid, also after a round trip through JSON', () => {
  expect(parseModel(JSON.parse(JSON.stringify(driversModel)))).toEqual(parseModel(driversModel))
})

test.each<[string, (model: ModelInput) => void, string]>([
  ['a wrong shape', (model) => Object.assign(model, { epoch: 'one' }), 'epoch: Invalid input'],
  ['an unknown key', (model) => Object.assign(model, { treshold: 1 }), 'Unrecognized key: "treshold"'],
  ['an unknown field', (model) => (model.comparisons[0]!.field = 'x'), 'no field "x"'],
  ['an unknown part', (model) => (model.blocking[0]!.keys[0]!.part = 'x'), 'a resident-id has no part "x"'],
  ['an unknown grade', (model) => (model.comparisons[0]!.levels[0]!.when = ['x']), 'resident-id has no grade "x"'],
  ['a comparator for another type', (model) => (model.comparisons[0]!.comparator = 'phone'), 'phone does not read'],
  ['a bound where grades are', (model) => (model.comparisons[0]!.levels[0]!.when = { atLeast: 1 }), 'does not fit'],
  [
    'a level without "when" too early',
    (model) => (model.comparisons[0]!.levels[0]!.when = undefined),
    'the last level',
  ],
  [
    'an unknown comparison to stand back for',
    (model) => (model.comparisons[0]!.unlessCompared = ['x']),
    'comparison resident_id: no comparison "x"',
  ],
  ['an unknown part in a hub', (model) => (model.hubs![0]!.by.part = 'x'), 'hubs: a chinese-name has no part "x"'],
  ['an unknown exclusive field', (model) => (model.exclusive![0]!.field = 'x'), 'exclusive: no field "x"'],
  [
    'an unknown part for a frequency',
    (model) => (model.comparisons[1]!.levels[0]!.tf!.part = 'x'),
    'level equal: a chinese-name has no part "x"',
  ],
  ['an unknown comparison in a cap', (model) => (model.caps![0]!.comparisons = ['x']), 'cap: no comparison "x"'],
  ['an unknown level in a cap', (model) => (model.caps![0]!.unless[0]!.levels = ['x']), 'cap: no level "name.x"'],
  ['an unknown rule in training', (model) => (model.training!.passes[0] = ['x']), 'training: no rule "x"'],
  ['thresholds out of order', (model) => (model.thresholds.keep = 9000), 'keep ≤ review ≤ merge'],
  ['a name twice', (model) => (model.blocking[1]!.name = model.blocking[0]!.name), 'rule names must be unique'],
])('%s is named', (_, change, problem) => {
  expect(problemsOf(change).join('\n')).toContain(problem)
})
