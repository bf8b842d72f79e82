import type { ModelInput } from '#libs/linkage'

const name = (field: string, floor = 1e-4) => ({
  name: field,
  field,
  comparator: 'jaro-winkler' as const,
  levels: [
    { name: 'equal', when: { atLeast: 1 }, m: 0.75, u: 0.01, tf: { part: 'value', floor } },
    { name: 'close', when: { atLeast: 0.92 }, m: 0.12, u: 0.005 },
    { name: 'near', when: { atLeast: 0.82 }, m: 0.06, u: 0.02 },
    { name: 'different', m: 0.07, u: 0.965 },
  ],
})

const digits = (field: string, u: number) => ({
  name: field,
  field,
  comparator: 'damerau-levenshtein' as const,
  levels: [
    { name: 'equal', when: { atMost: 0 }, m: 0.85, u },
    { name: 'one-edit', when: { atMost: 1 }, m: 0.1, u: u * 5 },
    { name: 'two-edits', when: { atMost: 2 }, m: 0.02, u: u * 30 },
    { name: 'different', m: 0.03, u: 1 - u * 36 },
  ],
})

/** FEBRL people: Australian names and addresses with typos, swapped and missing fields. Tuned on sets 1 and 2 only. */
export const febrlModel: ModelInput = {
  format: 'ruhui-linkage/1',
  name: 'febrl',
  epoch: 1,
  fields: [
    { name: 'name', type: 'full-name', columns: ['given_name', 'surname'] },
    { name: 'street_number', type: 'text' },
    { name: 'address', type: 'text', columns: ['address_1', 'address_2'], separator: '|' },
    { name: 'suburb', type: 'text' },
    { name: 'postcode', type: 'text' },
    { name: 'state', type: 'text' },
    { name: 'birth', type: 'date', columns: ['date_of_birth'] },
    { name: 'ssid', type: 'text', columns: ['soc_sec_id'] },
  ],
  comparisons: [
    {
      name: 'name',
      field: 'name',
      comparator: 'full-name',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.55, u: 0.0005 },
        { name: 'swapped', when: ['swapped', 'swapped-close'], m: 0.03, u: 0.0001 },
        { name: 'close', when: ['close'], m: 0.2, u: 0.001 },
        { name: 'surname', when: ['surname'], m: 0.08, u: 0.01 },
        { name: 'given', when: ['given'], m: 0.08, u: 0.015 },
        { name: 'partial', when: ['partial-close'], m: 0.04, u: 0.03 },
        { name: 'different', m: 0.02, u: 0.94 },
      ],
    },
    { ...name('address'), name: 'address' },
    name('suburb'),
    digits('street_number', 0.01),
    digits('postcode', 0.001),
    {
      name: 'state',
      field: 'state',
      comparator: 'exact',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.9, u: 0.2 },
        { name: 'different', m: 0.1, u: 0.8 },
      ],
    },
    {
      name: 'birth',
      field: 'birth',
      comparator: 'date-typos',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.85, u: 0.0001 },
        { name: 'typo', when: ['swapped', 'one-edit'], m: 0.08, u: 0.002 },
        { name: 'two-edits', when: ['two-edits'], m: 0.02, u: 0.01 },
        { name: 'different', m: 0.05, u: 0.99 },
      ],
    },
    digits('ssid', 0.00001),
  ],
  blocking: [
    { name: 'ssid', keys: [{ field: 'ssid', part: 'value' }] },
    { name: 'birth', keys: [{ field: 'birth', part: 'value' }] },
    { name: 'name', keys: [{ field: 'name', part: 'value' }] },
    {
      name: 'name + postcode',
      keys: [
        { field: 'name', part: 'either' },
        { field: 'postcode', part: 'value' },
      ],
    },
    {
      name: 'address + suburb',
      keys: [
        { field: 'address', part: 'value' },
        { field: 'suburb', part: 'value' },
      ],
    },
    {
      name: 'name + ssid start',
      keys: [
        { field: 'name', part: 'either' },
        { field: 'ssid', part: 'start-3' },
      ],
    },
    {
      name: 'name + ssid end',
      keys: [
        { field: 'name', part: 'either' },
        { field: 'ssid', part: 'end-3' },
      ],
    },
    {
      name: 'birth year + postcode',
      keys: [
        { field: 'birth', part: 'year' },
        { field: 'postcode', part: 'value' },
      ],
    },
    {
      name: 'address + street number',
      keys: [
        { field: 'address', part: 'value' },
        { field: 'street_number', part: 'value' },
      ],
    },
  ],
  prior: { partnersPerRecord: 0.5 },
  thresholds: { keep: -12000, review: -6000, merge: -3000 },
  clustering: { missing: -10000, maxComponent: 2000 },
  training: {
    passes: [['ssid'], ['birth'], ['name + postcode'], ['address + suburb']],
    randomPairs: 500_000,
  },
}
