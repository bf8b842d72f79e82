import { type Figure, printFigures, printTable } from '../report.ts'
import type { Timing } from './engines.ts'
import type { Judgement } from './judge.ts'

/** One engine on one file. */
export interface Row extends Timing, Judgement {
  readonly engine: string
  readonly data: string
  /** Of generated drivers: pairs of people to look at, and people in such a pair, both per person found. */
  readonly review?: { readonly pairs: number; readonly people: number }
}

const OURS = 'ruhui'
const GIB = 2 ** 30

/** Prints every run, then the figures that are aimed at, each at its worst over the runs. */
export function printLinkage(rows: readonly Row[], seed: number): void {
  printRows(rows)
  printFigures('linkage', seed, [
    ...accuracy(rows),
    ...besideSplink(rows),
    ...growth(rows.filter(({ review }) => review !== undefined)),
  ])
}

function printRows(rows: readonly Row[]): void {
  const head = [
    'data',
    'engine',
    'precision',
    'recall',
    'F1',
    'B³ F1',
    'review',
    'units/10k',
    'time',
    'memory',
    'largest/true',
  ]
  const cells = rows.map((row) => [
    row.data,
    row.engine,
    ...[row.precision, row.recall, row.f1, row.bCubed.f1].map((value) => value.toFixed(5)),
    row.review === undefined ? '' : `${(100 * row.review.pairs).toFixed(2)} %`,
    row.unitMergesPer10k.toFixed(2),
    `${row.seconds.toFixed(1)} s`,
    `${(row.peakBytes / GIB).toFixed(2)} GiB`,
    `${row.largestClusters[0]?.size}/${row.largestClusters.find(({ trueClusters }) => trueClusters > 0)?.size}`,
  ])
  printTable([head, ...cells])
}

function accuracy(rows: readonly Row[]): Figure[] {
  const febrl = rows.filter(({ data }) => data.startsWith('febrl'))
  const drivers = rows.filter(({ engine, review }) => engine === OURS && review !== undefined)
  const least = (of: readonly Row[], measure: (row: Row) => number) => Math.min(...of.map(measure))
  const most = (of: readonly Row[], measure: (row: Row) => number) => Math.max(...of.map(measure))
  return [
    ...(febrl.length > 0
      ? [
          atLeast(
            'FEBRL, pair F1',
            least(febrl, (row) => row.f1),
            0.998,
          ),
        ]
      : []),
    atLeast(
      'drivers, precision',
      least(drivers, (row) => row.precision),
      0.999,
    ),
    atLeast(
      'drivers, recall',
      least(drivers, (row) => row.recall),
      0.95,
    ),
    atLeast(
      'drivers, B³',
      least(drivers, (row) => row.bCubed.f1),
      0.97,
    ),
    atMost('pairs to review, of the people', 100 * most(drivers, (row) => row.review!.pairs), '%', 3),
    {
      name: 'people in such a pair',
      value: 100 * most(drivers, (row) => row.review!.people),
      unit: '%',
      reference: null,
    },
    atMost(
      'couples and fleets merged',
      most(drivers, (row) => row.unitMergesPer10k),
      'per 10,000',
      1,
    ),
  ]
}

/** The file on which Splink did best against us. */
function besideSplink(rows: readonly Row[]): Figure[] {
  const pairs = rows.flatMap((theirs) => {
    const ours = rows.find(({ engine, data }) => engine === OURS && data === theirs.data)!
    return theirs.engine === OURS ? [] : [{ ours, theirs }]
  })
  if (pairs.length === 0) return []
  const slowest = pairs.reduce((x, y) =>
    x.ours.seconds / x.theirs.seconds > y.ours.seconds / y.theirs.seconds ? x : y,
  )
  const least = pairs.reduce((x, y) => (x.ours.f1 - x.theirs.f1 < y.ours.f1 - y.theirs.f1 ? x : y))
  const { ours, theirs } = slowest
  return [
    figure('wall time', ours.seconds, 's', 'Splink', theirs.seconds),
    figure('pair F1', least.ours.f1, '', 'Splink', least.theirs.f1),
    figure('memory', ours.peakBytes / GIB, 'GiB', 'Splink', theirs.peakBytes / GIB),
  ]
}

/** What the largest file took, and how much more than the smallest. */
function growth(drivers: readonly Row[]): Figure[] {
  const [small, ...others] = [...drivers].sort((x, y) => x.records - y.records)
  const large = others.at(-1)
  if (!small || !large || large.records === small.records) {
    return drivers.length > 0 ? [atMost('memory', Math.max(...drivers.map(memory)), 'GiB', 4)] : []
  }
  const times = large.records / small.records
  return [
    atMost('memory of the smaller file', memory(small), 'GiB', 4),
    atMost(`memory of ${large.records.toLocaleString('en')} records`, memory(large), 'GiB', 16),
    figure('growth of the time', large.seconds / small.seconds, 'times', 'linear', times),
    figure('growth of the memory', memory(large) / memory(small), 'times', 'linear', times),
  ]
}

const memory = ({ peakBytes }: Row) => peakBytes / GIB

function atLeast(name: string, value: number, aim: number): Figure {
  return figure(name, value, '', 'aim at least', aim)
}

function atMost(name: string, value: number, unit: string, aim: number): Figure {
  return figure(name, value, unit, 'aim at most', aim)
}

function figure(name: string, value: number, unit: string, reference: string, against: number): Figure {
  return { name, value, unit, reference: { name: reference, value: against } }
}
