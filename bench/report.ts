import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** One measured figure beside what it is compared with, both from the same run. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly reference: { readonly name: string; readonly value: number } | null
}

/** Prints a table for people, then one line `RESULT {…}` for programs. */
export function printFigures(bench: string, seed: number, figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, unit, reference }) => [
    name,
    `${round(value)} ${unit}`,
    reference ? `${reference.name}: ${round(reference.value)} ${unit}` : '',
    reference ? round(value / reference.value) : '',
  ])
  printTable([['figure', 'value', 'reference', 'ratio'], ...rows])
  const result = {
    bench,
    seed,
    commit: commit(),
    cores: availableParallelism(),
    figures: figures.map((figure) => ({
      ...figure,
      ratio: figure.reference && Number(round(figure.value / figure.reference.value)),
    })),
  }
  console.log(`RESULT ${JSON.stringify(result)}`)
}

/** Prints rows in columns, the first one as their head. */
export function printTable([head, ...rows]: readonly [readonly string[], ...(readonly string[])[]]): void {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd()
  console.log([line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'))
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
