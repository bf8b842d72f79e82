import type { ModelInput } from './model.ts'

/**
 * The built-in model of truck drivers from several platforms and paper rosters. m and u were learned on the generated drivers
 * of one seed (bench/linkage) and rounded; levels marked `fixed` are rules that no data should soften.
 */
export const driversModel: ModelInput = {
  format: 'ruhui-linkage/1',
  name: 'drivers',
  epoch: 1,
  fields: [
    { name: 'name', type: 'chinese-name' },
    { name: 'resident_id', type: 'resident-id', separator: ';' },
    { name: 'mobile', type: 'phone', separator: ';', companion: 'registered_on' },
    { name: 'plate', type: 'plate', separator: ';', companion: 'plate_colour' },
    { name: 'residence', type: 'place', separator: ';' },
    { name: 'household', type: 'place' },
    { name: 'account', type: 'account', columns: ['platform_driver_id'], companion: 'platform', separator: ';' },
  ],
  comparisons: [
    {
      name: 'resident_id',
      field: 'resident_id',
      comparator: 'resident-id',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.88, u: 1e-8, fixed: true },
        { name: 'one-edit', when: ['one-edit'], m: 0.03, u: 1e-7, fixed: true },
        { name: 'shown', when: ['shown'], m: 0.95, u: 1e-6, fixed: true },
        { name: 'same-region-birth', when: ['same-region-birth'], m: 0.002, u: 1e-6, fixed: true },
        { name: 'same-birth', when: ['same-birth'], m: 0.002, u: 6e-5, fixed: true },
        { name: 'shown-different', when: ['shown-different'], m: 0.01, u: 0.99, fixed: true },
        { name: 'conflict', when: ['conflict'], m: 1e-4, u: 0.9, fixed: true },
        { name: 'different', m: 0.005, u: 0.1, fixed: true },
      ],
    },
    {
      name: 'name',
      field: 'name',
      comparator: 'chinese-name',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.93, u: 2e-5, tf: { part: 'value', floor: 2e-6, sample: 20_000 } },
        {
          name: 'same-sound',
          when: ['same-sound'],
          m: 0.03,
          u: 2e-5,
          tf: { part: 'pinyin', floor: 1e-5, sample: 20_000 },
        },
        { name: 'close', when: ['close'], m: 0.01, u: 3e-5 },
        {
          name: 'shown-two',
          when: ['shown-two'],
          m: 0.95,
          u: 4e-4,
          tf: { part: 'ends', floor: 1e-4 },
          fixed: true,
        },
        { name: 'one-character', when: ['one-character', 'part'], m: 0.01, u: 1e-3 },
        {
          name: 'shown-surname',
          when: ['shown-surname'],
          m: 0.98,
          u: 0.03,
          tf: { part: 'surname', floor: 1e-4 },
          fixed: true,
        },
        { name: 'surname', when: ['surname'], m: 0.002, u: 0.03 },
        { name: 'different', m: 0.005, u: 0.95 },
      ],
    },
    {
      name: 'mobile',
      field: 'mobile',
      comparator: 'phone',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.65, u: 1e-6 },
        { name: 'long-apart', when: ['long-apart'], m: 0.05, u: 4e-6 },
        { name: 'one-edit', when: ['one-edit'], m: 0.02, u: 2e-7 },
        { name: 'shown', when: ['shown'], m: 0.7, u: 5e-6, fixed: true },
        { name: 'different', m: 0.25, u: 0.999 },
      ],
    },
    {
      name: 'plate',
      field: 'plate',
      comparator: 'plate',
      levels: [
        { name: 'equal', when: ['equal'], m: 0.7, u: 2e-6 },
        { name: 'confused', when: ['confused'], m: 0.02, u: 1e-6 },
        { name: 'shown', when: ['shown'], m: 0.7, u: 1e-4, fixed: true },
        { name: 'other-colour', when: ['other-colour'], m: 0.01, u: 1e-6, fixed: true },
        { name: 'different', m: 0.28, u: 0.999 },
      ],
    },
    {
      name: 'residence',
      field: 'residence',
      comparator: 'place',
      levels: [
        { name: 'same', when: ['same'], m: 0.75, u: 0.03, tf: { part: 'value', floor: 1e-3 } },
        { name: 'same-city', when: ['same-city'], m: 0.1, u: 0.05 },
        { name: 'unclear', when: ['unclear', 'same-province'], m: 0.05, u: 0.1 },
        { name: 'different', m: 0.1, u: 0.82 },
      ],
    },
    {
      name: 'household',
      field: 'household',
      comparator: 'place',
      unlessCompared: ['resident_id'],
      levels: [
        { name: 'same', when: ['same'], m: 0.9, u: 0.02, tf: { part: 'value', floor: 1e-3 } },
        { name: 'same-city', when: ['same-city'], m: 0.02, u: 0.05 },
        { name: 'unclear', when: ['unclear', 'same-province'], m: 0.03, u: 0.1 },
        { name: 'different', m: 0.05, u: 0.83 },
      ],
    },
    {
      name: 'account',
      field: 'account',
      comparator: 'account',
      levels: [
        { name: 'same', when: ['same'], m: 0.02, u: 1e-9, fixed: true },
        { name: 'other-platform', when: ['other-platform'], m: 0.9, u: 0.85, fixed: true },
        { name: 'other-account', m: 0.08, u: 0.15, fixed: true },
      ],
    },
  ],
  // Each rule costs a key per record, to be blinded, stored and looked under. A wrong digit of an id leaves what is shown of it
  // (the first and last four), or the birth date: rules on further parts found 6 more of 1,357,000 true pairs.
  blocking: [
    { name: 'resident id', keys: [{ field: 'resident_id', part: 'value' }], limit: 200 },
    { name: 'mobile', keys: [{ field: 'mobile', part: 'value' }], limit: 200 },
    {
      name: 'plate + surname',
      keys: [
        { field: 'plate', part: 'value' },
        { field: 'name', part: 'surname-pinyin' },
      ],
      limit: 200,
    },
    {
      name: 'name + birth',
      keys: [
        { field: 'name', part: 'pinyin' },
        { field: 'resident_id', part: 'birth' },
      ],
    },
    {
      name: 'id shown + surname',
      keys: [
        { field: 'resident_id', part: 'shown' },
        { field: 'name', part: 'surname-pinyin' },
      ],
    },
    {
      name: 'mobile shown + surname',
      keys: [
        { field: 'mobile', part: 'shown' },
        { field: 'name', part: 'surname-pinyin' },
      ],
    },
    {
      name: 'mobile last eight + surname',
      keys: [
        { field: 'mobile', part: 'last-eight' },
        { field: 'name', part: 'surname-pinyin' },
      ],
    },
    {
      name: 'mobile first seven + name',
      keys: [
        { field: 'mobile', part: 'first-seven' },
        { field: 'name', part: 'pinyin' },
      ],
    },
    { name: 'account', keys: [{ field: 'account', part: 'value' }], limit: 200 },
  ],
  prior: { partnersPerRecord: 1.5 },
  thresholds: { keep: -6000, review: 1000, merge: 6000 },
  exclusive: [{ field: 'resident_id', part: 'valid' }],
  // Couples share phone and truck, relatives also surname and home: without more of the name these never suffice, and a
  // roster's 王** suffices only where the surname is rare. Fleet mates share trucks: 王*明 needs more than a plate.
  caps: [
    {
      comparisons: ['mobile', 'plate', 'residence', 'household'],
      atMost: -5000,
      unless: [
        { comparison: 'name', levels: ['equal', 'same-sound', 'close', 'shown-two', 'shown-surname'] },
        { comparison: 'resident_id', levels: ['equal', 'one-edit', 'shown'] },
        { comparison: 'account', levels: ['same'] },
      ],
    },
    {
      comparisons: ['mobile', 'plate', 'residence', 'household'],
      atMost: -1000,
      unless: [
        { comparison: 'name', levels: ['equal', 'same-sound', 'close', 'shown-two'] },
        { comparison: 'resident_id', levels: ['equal', 'one-edit', 'shown'] },
        { comparison: 'account', levels: ['same'] },
      ],
    },
    {
      comparisons: ['plate', 'residence', 'household'],
      atMost: -5000,
      unless: [
        { comparison: 'name', levels: ['equal', 'same-sound', 'close'] },
        { comparison: 'resident_id', levels: ['equal', 'one-edit', 'shown'] },
        { comparison: 'mobile', levels: ['equal', 'long-apart', 'one-edit', 'shown'] },
        { comparison: 'account', levels: ['same'] },
      ],
    },
  ],
  hubs: [
    { field: 'mobile', part: 'value', by: { field: 'name', part: 'pinyin' }, people: 6, weight: 3000 },
    { field: 'plate', part: 'value', by: { field: 'name', part: 'pinyin' }, people: 12, weight: 3000 },
    { field: 'resident_id', part: 'value', by: { field: 'name', part: 'pinyin' }, people: 6, weight: 3000 },
  ],
  clustering: { missing: -1500, maxComponent: 2000 },
  training: { passes: [['resident id'], ['mobile'], ['plate + surname'], ['name + birth']] },
}
