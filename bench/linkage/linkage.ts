import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { febrlFolder, prepareAnchors, runRuhui, runSplink, type Timing } from './engines.ts'
import { febrlModel } from './febrl-model.ts'
import { joinFebrl, readClusters, type Truth, writeDrivers } from './files.ts'
import { type Judgement, judge } from './judge.ts'

interface Row extends Timing, Judgement {
  readonly engine: string
  readonly data: string
}

interface Options {
  readonly records: string
  readonly seeds: string
  readonly growth?: string
}

const FEBRL = [['dataset1.csv'], ['dataset2.csv'], ['dataset3.csv'], ['dataset4a.csv', 'dataset4b.csv']]
/** The drivers model was tuned on this seed; the bench reports others. */
const TUNED_SEED = 1

/**
 * `bench linkage`: accuracy and speed of offline linking, ours and Splink's, each engine in its own process on the same files
 * and cores, one evaluator. Prints a table and one line `RESULT {…}`. A missing anchor is said and never counted as a win.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const command = new Command('linkage')
    .option('--records <n>', 'driver records per file', '1000000')
    .option('--seeds <list>', `seeds of the generated drivers, other than ${TUNED_SEED}`, '5,6')
    .option('--growth <n>', 'also link this many records, ours only, for the growth of time and memory')
    .parse(args, { from: 'user' })
  const folder = await mkdtemp(join(tmpdir(), 'linkage-bench-'))
  try {
    await runBench(folder, command.opts<Options>())
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function runBench(folder: string, options: Options): Promise<void> {
  const anchors = prepareAnchors()
  const python = 'python' in anchors ? anchors.python : undefined
  const rows: Row[] = []
  if (python) rows.push(...(await febrlRows(folder, febrlFolder(python))))
  const seeds = options.seeds.split(',').map(Number)
  const anchorRows: Row[] = []
  for (const seed of seeds) {
    const { ours, theirs } = await driverRows(folder, Number(options.records), seed, python)
    rows.push(...ours, ...theirs)
    anchorRows.push(...theirs)
  }
  if (options.growth) rows.push(...(await driverRows(folder, Number(options.growth), seeds[0]!, undefined)).ours)
  print(rows)
  if ('missing' in anchors) process.stdout.write(`ANCHORS MISSING, nothing to compare with: ${anchors.missing}\n`)
  process.stdout.write(`RESULT ${JSON.stringify(resultOf(rows, python !== undefined))}\n`)
}

async function febrlRows(folder: string, source: string): Promise<Row[]> {
  const model = join(folder, 'febrl.json')
  await writeFile(model, JSON.stringify(febrlModel))
  const rows: Row[] = []
  for (const [index, files] of FEBRL.entries()) {
    const input = join(folder, `febrl${index + 1}.csv`)
    const truth = await joinFebrl(
      files.map((file) => join(source, file)),
      input,
    )
    rows.push(await ourRow(`febrl${index + 1}`, input, truth, ['--model', model, '--train']))
  }
  return rows
}

async function driverRows(folder: string, records: number, seed: number, python: string | undefined) {
  const data = `drivers ${records} seed ${seed}`
  const input = join(folder, `drivers-${records}-${seed}.csv`)
  const truth = await writeDrivers(input, records, seed)
  const ours = [await ourRow(data, input, truth)]
  const theirs: Row[] = []
  if (python) {
    const output = `${input}.splink`
    const { thresholds, ...timing } = await runSplink(python, input, output)
    const judged: Row[] = []
    for (const threshold of thresholds) {
      const judgement = judge(await readClusters(`${output}.${threshold}`), truth)
      judged.push({ engine: `Splink 5 @${threshold}`, data, ...timing, ...judgement })
    }
    theirs.push(judged.reduce((best, row) => (row.f1 > best.f1 ? row : best)))
  }
  return { ours, theirs }
}

async function ourRow(data: string, input: string, truth: ReadonlyMap<string, Truth>, options: readonly string[] = []) {
  const output = `${input}.ruhui`
  const timing = await runRuhui(input, output, options)
  return { engine: 'ruhui', data, ...timing, ...judge(await readClusters(output), truth) }
}

function print(rows: readonly Row[]): void {
  const number = (value: number, digits: number) => value.toFixed(digits)
  const lines = rows.map((row) => [
    row.data,
    row.engine,
    ...[row.precision, row.recall, row.f1, row.bCubed.f1].map((value) => number(value, 5)),
    number(row.unitMergesPer10k, 2),
    `${number(row.seconds, 1)} s`,
    `${number(row.peakBytes / 2 ** 30, 2)} GiB`,
    `${row.largestClusters[0]?.size}/${row.largestClusters.find(({ trueClusters }) => trueClusters > 0)?.size}`,
  ])
  const head = ['data', 'engine', 'precision', 'recall', 'F1', 'B³ F1', 'units/10k', 'time', 'memory', 'largest/true']
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  for (const line of [head, ...lines]) {
    process.stdout.write(`${line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}\n`)
  }
}

/** Figures to quote; ratios are ours over Splink's, of this run, and null without the anchor. */
function resultOf(rows: readonly Row[], anchored: boolean) {
  const ours = rows.filter(({ engine }) => engine === 'ruhui')
  const drivers = ours.filter(({ data }) => data.startsWith('drivers'))
  const least = (values: number[]) => (values.length === 0 ? null : Math.min(...values))
  const most = (values: number[]) => (values.length === 0 ? null : Math.max(...values))
  const pairs = rows.flatMap((row) => {
    const mine = row.engine === 'ruhui' ? undefined : drivers.find(({ data }) => data === row.data)
    return mine
      ? [{ time: mine.seconds / row.seconds, f1: mine.f1 - row.f1, memory: mine.peakBytes / row.peakBytes }]
      : []
  })
  return {
    bench: 'linkage',
    cores: availableParallelism(),
    anchor: anchored ? 'splink 5.0.0' : 'missing',
    febrlLeastF1: least(ours.filter(({ data }) => data.startsWith('febrl')).map(({ f1 }) => f1)),
    driversLeastPrecision: least(drivers.map(({ precision }) => precision)),
    driversLeastRecall: least(drivers.map(({ recall }) => recall)),
    driversLeastBCubed: least(drivers.map(({ bCubed }) => bCubed.f1)),
    unitMergesPer10k: most(drivers.map(({ unitMergesPer10k }) => unitMergesPer10k)),
    seconds: drivers.map(({ data, seconds, peakBytes }) => ({ data, seconds, peakBytes })),
    timeRatio: most(pairs.map(({ time }) => time)),
    f1Lead: least(pairs.map(({ f1 }) => f1)),
    memoryRatio: most(pairs.map(({ memory }) => memory)),
  }
}
