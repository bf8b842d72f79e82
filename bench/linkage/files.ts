import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { readCsv } from '#libs/linkage'
import { DRIVER_COLUMNS, generateDrivers } from './generate-drivers.ts'
import { Truth } from './truth.ts'

/** Writes generated drivers as CSV and returns the truth. */
export async function writeDrivers(path: string, records: number, seed: number): Promise<Truth> {
  const truth = new Truth()
  const file = createWriteStream(path)
  let text = `${DRIVER_COLUMNS.join(',')}\n`
  for (const { cells, person, couple, fleet } of generateDrivers(records, seed)) {
    truth.add(cells.record_id, person, couple, fleet)
    text += `${DRIVER_COLUMNS.map((column) => cells[column]).join(',')}\n`
    if (text.length > 1 << 20) text = await flush(file, text)
  }
  file.end(text)
  await once(file, 'finish')
  return truth
}

async function flush(file: WriteStream, text: string): Promise<string> {
  if (!file.write(text)) await once(file, 'drain')
  return ''
}

/**
 * Reads `record_id,cluster_id`: the number of each record's cluster, by the truth's positions.
 *
 * @throws Error when the engine left a record out or made one up
 */
export async function readClusters(path: string, truth: Truth): Promise<Int32Array> {
  const clusters = new Int32Array(truth.size).fill(-1)
  const numbers = new Map<string, number>()
  for await (const rows of readCsv(path)) {
    for (const { cells } of rows) {
      const name = cells[1]!
      let number = numbers.get(name)
      if (number === undefined) {
        number = numbers.size
        numbers.set(name, number)
      }
      clusters[truth.positionOf(cells[0]!)] = number
    }
  }
  const missing = clusters.indexOf(-1)
  if (missing >= 0) throw new Error(`The engine left out record ${missing + 1}`)
  return clusters
}

/** How many pairs there are to review, and how many clusters stand in one of them. */
export async function countReview(path: string): Promise<{ pairs: number; people: number }> {
  const clusters = new Set<string>()
  let pairs = 0
  for await (const rows of readCsv(path)) {
    pairs += rows.length
    for (const { cells } of rows) clusters.add(cells[0]!).add(cells[1]!)
  }
  return { pairs, people: clusters.size }
}

/** Joins FEBRL files into one with `record_id` first; the person is the number in the id (`rec-12-dup-0`). */
export async function joinFebrl(paths: readonly string[], output: string): Promise<Truth> {
  const truth = new Truth()
  let text = ''
  for (const path of paths) {
    for await (const rows of readCsv(path)) {
      for (const { cells, columns } of rows) {
        if (text === '') text = `${['record_id', ...[...columns.keys()].slice(1)].join(',')}\n`
        const values = cells.map((cell) => cell.trim())
        truth.add(values[0]!, Number(values[0]!.split('-')[1]))
        text += `${values.join(',')}\n`
      }
    }
  }
  const file = createWriteStream(output)
  file.end(text)
  await once(file, 'finish')
  return truth
}
