import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { readCsv } from '#libs/linkage'
import { DRIVER_COLUMNS, generateDrivers } from './generate-drivers.ts'

/** What is true of each record, by record id. */
export interface Truth {
  readonly person: string
  readonly couple: string
  readonly fleet: string
}

/** Writes generated drivers as CSV and returns the truth, which no engine gets to see. */
export async function writeDrivers(path: string, records: number, seed: number): Promise<Map<string, Truth>> {
  const truth = new Map<string, Truth>()
  const file = createWriteStream(path)
  let text = `${DRIVER_COLUMNS.join(',')}\n`
  for (const { cells, person, couple, fleet } of generateDrivers(records, seed)) {
    truth.set(cells.record_id, { person: `${person}`, couple: `${couple || ''}`, fleet: `${fleet || ''}` })
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

/** Reads `record_id,cluster_id`. */
export async function readClusters(path: string): Promise<Map<string, string>> {
  const clusters = new Map<string, string>()
  for await (const rows of readCsv(path)) for (const { cells } of rows) clusters.set(cells[0]!, cells[1]!)
  return clusters
}

/** Joins FEBRL files into one with `record_id` first; the person is the number in the id (`rec-12-dup-0`). */
export async function joinFebrl(paths: readonly string[], output: string): Promise<Map<string, Truth>> {
  const truth = new Map<string, Truth>()
  let text = ''
  for (const path of paths) {
    for await (const rows of readCsv(path)) {
      for (const { cells, columns } of rows) {
        if (text === '') text = `${['record_id', ...[...columns.keys()].slice(1)].join(',')}\n`
        const values = cells.map((cell) => cell.trim())
        truth.set(values[0]!, { person: values[0]!.split('-')[1]!, couple: '', fleet: '' })
        text += `${values.join(',')}\n`
      }
    }
  }
  const file = createWriteStream(output)
  file.end(text)
  await once(file, 'finish')
  return truth
}
