import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import { DRIVER_COLUMNS, generateDrivers } from '../bench/linkage/generate-drivers.ts'
import { runProgram } from './program.ts'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const RECORDS = 3000
let folder: string
let drivers: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dedupe-'))
  const rows = [...generateDrivers(RECORDS, 11)].map(({ cells, person }) =>
    [...DRIVER_COLUMNS.map((column) => cells[column]), `p${person}`].join(','),
  )
  drivers = await file('drivers.csv', [[...DRIVER_COLUMNS, 'person'].join(','), ...rows, ''].join('\n'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => {
  jest.restoreAllMocks()
})

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

const LOADER = new URL('../libs/testing/typescript-loader.mjs', import.meta.url).href

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program as a process of its own, from the sources, with threads of its own. */
async function inProcessOfItsOwn(...args: string[]): Promise<Outcome> {
  const node = ['--conditions=source', '--import', LOADER, './cli/main.ts', 'dedupe']
  try {
    const output = await promisify(execFile)(process.execPath, [...node, ...args], {
      cwd: CHECKOUT,
      maxBuffer: 1 << 26,
    })
    return { code: 0, ...output }
  } catch (error) {
    return error as Outcome
  }
}

/** Runs the program in this process, without threads. */
async function dedupe(...args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += text
      return true
    })
  }
  const code = await runProgram(['dedupe', '--workers', '0', ...args])
  return { code, ...said }
}

const peopleIn = (csv: string) =>
  new Set(
    csv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[1]),
  )

test('clusters go to standard output, progress to standard error, the same with any number of threads', async () => {
  const alone = await dedupe(drivers)
  expect(alone.stdout.split('\n')).toHaveLength(RECORDS + 2)
  expect(alone.stdout).toMatch(/^record_id,cluster_id\nr1,r1\n/)
  expect(alone.stderr).toContain(`${RECORDS} 条记录`)
  const threaded = await inProcessOfItsOwn(drivers, '--workers', '2')
  expect(threaded.stderr).toContain(`${RECORDS} 条记录`)
  expect(threaded.stdout).toBe(alone.stdout)
})

test('with a truth column it measures; couples and fleets stay apart', async () => {
  const { stdout } = await dedupe(drivers, '--truth', 'person', '--out', join(folder, 'out.csv'))
  const [, precision, recall] = /pairwise +precision ([\d.]+) +recall ([\d.]+)/.exec(stdout)!
  expect(Number(precision)).toBeGreaterThanOrEqual(0.999)
  expect(Number(recall)).toBeGreaterThanOrEqual(0.93)
  expect(stdout).toMatch(/lost: not compared \d+ .* below threshold \d+ .* not clustered \d+/)
  expect(peopleIn(await readFile(join(folder, 'out.csv'), 'utf8')).size).toBeGreaterThan(1000)
})

test('a pair is explained as data and as a picture, a run as a page', async () => {
  const svg = join(folder, 'pair.svg')
  const report = join(folder, 'report.html')
  const { stdout } = await dedupe(drivers, '--explain', 'r1', 'r2', '--svg', svg, '--report', report)
  const waterfall = JSON.parse(stdout)
  expect(waterfall).toMatchObject({ a: 'r1', b: 'r2', model: 'drivers', sameCluster: expect.any(Boolean) })
  expect(await readFile(svg, 'utf8')).toMatch(/^<svg .*<\/svg>$/s)
  const page = await readFile(report, 'utf8')
  for (const rule of ['resident id', 'plate + surname']) expect(page).toContain(`<td>${rule}</td>`)
  expect(page).toContain('<svg')
})

test('pairs of people to look at are written strongest first, none of them joined', async () => {
  const [out, review] = [join(folder, 'people.csv'), join(folder, 'review.csv')]
  await dedupe(drivers, '--out', out, '--review', review)
  const [head, ...pairs] = (await readFile(review, 'utf8')).trim().split('\n')
  expect(head).toBe('cluster_id,other_cluster_id,record_id,other_record_id,match_weight')
  expect(pairs.length).toBeGreaterThan(10)
  const clusterOf = new Map(
    (await readFile(out, 'utf8')).split('\n').map((line) => line.split(',') as [string, string]),
  )
  const weights = pairs.map((pair) => {
    const [cluster, other, record, otherRecord, weight] = pair.split(',') as [string, string, string, string, string]
    expect([clusterOf.get(record), clusterOf.get(otherRecord)]).toEqual([cluster, other])
    expect(cluster).not.toBe(other)
    return Number(weight)
  })
  expect(weights).toEqual([...weights].sort((a, b) => b - a))
  expect(weights.at(-1)).toBeGreaterThanOrEqual(1)
})

test('a trained model can be saved and used again', async () => {
  const saved = join(folder, 'trained.json')
  const first = await dedupe(drivers, '--train', '--save-model', saved)
  const again = await dedupe(drivers, '--model', saved)
  expect(JSON.parse(await readFile(saved, 'utf8'))).toMatchObject({ name: 'drivers', epoch: 2 })
  expect(again.stdout).toBe(first.stdout)
})

test.each<[string, () => Promise<string[]>, number, string]>([
  ['no such file', async () => [join(folder, 'none.csv')], 4, '没有这个文件'],
  ['an empty file', async () => [await file('empty.csv', '')], 4, '文件是空的'],
  [
    'no id column',
    async () => [await file('no-id.csv', 'name\n王伟\n')],
    4,
    'no column "record_id"; the file has: name',
  ],
  ['nothing to compare', async () => [await file('other.csv', 'record_id,x\n1,2\n')], 4, 'none of the columns'],
  [
    'an id twice',
    async () => [await file('twice.csv', 'record_id,name\n1,王伟\n1,李芳\n')],
    4,
    'comes twice (record 2)',
  ],
  ['an empty id', async () => [await file('blank.csv', 'record_id,name\n,王伟\n')], 4, 'record 1 has no record_id'],
  ['an unknown record', async () => [drivers, '--explain', 'r1', 'x'], 4, 'There is no record x'],
  ['an unknown model', async () => [drivers, '--model', 'x'], 5, 'No model x; built in: drivers'],
  ['a model that is not JSON', async () => [drivers, '--model', await file('m.json', '{')], 5, 'is not JSON'],
  [
    'a model that is none',
    async () => [drivers, '--model', await file('n.json', '{}')],
    5,
    'The linkage model is invalid',
  ],
  ['one record to explain', async () => [drivers, '--explain', 'r1'], 2, '--explain takes two record ids'],
  ['a wrong number of threads', async () => [drivers, '--workers', 'many'], 2, 'from 0 to 256'],
  ['an unknown option', async () => [drivers, '--wings'], 2, '--wings'],
  ['a folder that is not there', async () => [drivers, '--out', join(folder, 'no', 'out.csv')], 4, 'ENOENT'],
  ['nothing to learn from', async () => [await file('one.csv', 'record_id,name\n1,王伟\n'), '--train'], 1, '无法训练'],
])('%s: a clear message and its exit code', async (_, args, code, message) => {
  const result = await dedupe(...(await args()))
  expect(result.stderr).toContain(message)
  expect(result).toMatchObject({ code, stdout: '' })
})

test('the program itself ends with the exit code, and says why without a stack', async () => {
  const { code, stdout, stderr } = await inProcessOfItsOwn(join(folder, 'none.csv'))
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toContain('no such file')
  expect(stderr).not.toContain('    at ')
})
