import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import {
  driversModel,
  explain,
  freezeKnowledge,
  InvalidModel,
  type Linked,
  linkageReport,
  linkRecords,
  loadTable,
  type Model,
  parseModel,
  Scorer,
  type Table,
  TrainingFailed,
  UnreadableFile,
  waterfallSvg,
} from '#libs/linkage'
import { evaluateRun, evaluationText } from './dedupe-evaluation.ts'
import { clusterLines, clusterNames, reviewLines, writeLines } from './dedupe-files.ts'

interface Options {
  readonly model: string
  readonly out?: string
  readonly train?: boolean
  readonly saveModel?: string
  readonly explain?: string[]
  readonly svg?: string
  readonly truth?: string
  readonly report?: string
  readonly review?: string
  readonly workers: number
}

/** What went wrong, in both languages, and the exit code for it. */
class DedupeError extends Error {
  constructor(
    zh: string,
    en: string,
    readonly exitCode: number,
  ) {
    super(zh + '\n' + en)
  }
}

const BAD_USAGE = 1
const BAD_INPUT = 2
const BAD_MODEL = 3

/**
 * `ruhui dedupe`: links the records of a CSV file offline. Data goes to standard output, progress and messages to standard
 * error. Exit codes: 0 done, 1 wrong usage or a fault, 2 unusable input, 3 unusable model.
 */
export function dedupeCommand(): Command {
  return new Command('dedupe')
    .description('在 CSV 文件中找出同一个人的记录  Find the records of one person in a CSV file')
    .argument('<input.csv>', 'UTF-8 或 GB 18030，首行为列名  UTF-8 or GB 18030 with a header row')
    .option('--model <name|file>', '内置模型名或模型 JSON  a built-in model or a JSON file', 'drivers')
    .option('--out <file>', '结果 record_id,cluster_id；默认写到标准输出  the result; default: standard output')
    .option('--train', '先从数据学习 m 和 u  learn m and u from the data first')
    .option('--save-model <file>', '保存所用模型及词频  save the model as used, with its frequencies')
    .option('--explain <id...>', '解释一对记录：--explain id1 id2  explain a pair of records')
    .option('--svg <file>', '把解释画成图  draw the explanation')
    .option('--truth <column>', '真值列，用来计算准确率  column with the truth, to measure accuracy')
    .option('--report <file>', '图表报告 HTML  chart report')
    .option('--review <file>', '待人工核对的疑似同一人  the likely duplicates for a person to look at')
    .option('--workers <n>', '线程数  worker threads', workersOf, availableParallelism())
    .action(async (input: string, options: Options, command: Command) => {
      try {
        await dedupe(input, options)
      } catch (error) {
        const failure = explainedFailure(error)
        if (!failure) throw error
        command.error(failure.message, { exitCode: failure.exitCode, code: 'ruhui.dedupe' })
      }
    })
}

function workersOf(text: string): number {
  const workers = Number(text)
  if (!Number.isInteger(workers) || workers < 0 || workers > 256) throw new InvalidArgumentError('0 … 256')
  return workers
}

function explainedFailure(error: unknown): DedupeError | undefined {
  if (error instanceof DedupeError) return error
  if (error instanceof UnreadableFile) return new DedupeError(error.zh, error.en, BAD_INPUT)
  if (error instanceof InvalidModel) return new DedupeError('模型无效', error.message, BAD_MODEL)
  if (error instanceof TrainingFailed) return new DedupeError('无法训练', error.message, BAD_MODEL)
  return undefined
}

async function dedupe(input: string, options: Options): Promise<void> {
  if (options.explain && options.explain.length !== 2) {
    throw new DedupeError('--explain 需要两个记录号', '--explain takes two record ids', BAD_USAGE)
  }
  const model = await modelOf(options.model)
  const progress = progressLine()
  const { table, missing, truth } = await loadTable(input, model, {
    truthColumn: options.truth,
    workers: options.workers,
    progress: (count) => progress('read', `${count}`),
  })
  if (missing.length > 0) progress('read', `${table.size}; 没有这些列 not in the file: ${missing.join(', ')}\n`)
  const linked = await linkRecords(model, table, {
    workers: options.workers,
    train: options.train === true,
    progress: (stage, share) => progress(stage, `${Math.round(share * 100)} %`),
  })
  progress('done', `${summary(linked, table)}\n`)
  const explained = options.explain && explainPair(linked, table, options.explain)
  const names = clusterNames(linked, table)
  if (options.out || (!options.explain && !options.truth)) {
    await writeLines(options.out, clusterLines(linked, table, names))
  }
  if (options.review) await writeLines(options.review, reviewLines(linked, table, names))
  if (options.saveModel) {
    const frozen = { ...linked.model, ...freezeKnowledge(linked.model, table) }
    await writeFile(options.saveModel, `${JSON.stringify(frozen, null, 2)}\n`)
  }
  if (options.report) await writeFile(options.report, linkageReport(linked, table))
  if (explained) process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`)
  if (explained && options.svg) await writeFile(options.svg, waterfallSvg(explained))
  if (truth) process.stdout.write(evaluationText(evaluateRun(linked, truth)))
}

async function modelOf(name: string): Promise<Model> {
  if (name === 'drivers') return parseModel(driversModel)
  let text: string
  try {
    text = await readFile(name, 'utf8')
  } catch {
    throw new DedupeError(`没有模型 ${name}；内置模型：drivers`, `No model ${name}; built in: drivers`, BAD_MODEL)
  }
  try {
    return parseModel(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DedupeError(`${name} 不是 JSON：${error.message}`, `${name} is not JSON: ${error.message}`, BAD_MODEL)
  }
}

/** Rewrites one line on a terminal; elsewhere writes a line per stage. */
function progressLine(): (stage: string, text: string) => void {
  let last = ''
  return (stage, text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${stage}: ${text}`)
    else if (stage !== last || text.endsWith('\n')) process.stderr.write(`${stage}: ${text.trimEnd()}\n`)
    last = stage
  }
}

function summary({ clustering, blocking, compared }: Linked, table: Table): string {
  let people = 0
  clustering.clusterOf.forEach((root, record) => {
    if (root === record) people++
  })
  const capped =
    `公用值 hubs ${blocking.hubs.length}, 舍弃的大块 dropped blocks ${blocking.dropped.length}, ` +
    `过大的连通块 oversized components ${clustering.oversized.length}`
  return `${table.size} 条记录 records → ${people} 人 people; 比较 compared ${compared}; ${capped}`
}

function explainPair(linked: Linked, table: Table, ids: readonly string[]) {
  const positions = ids.map((id) => table.ids.find(id))
  const unknown = ids.find((_, i) => positions[i]! < 0)
  if (unknown !== undefined) {
    throw new DedupeError(`没有记录 ${unknown}`, `There is no record ${unknown}`, BAD_INPUT)
  }
  const [a, b] = positions as [number, number]
  const { clusterOf } = linked.clustering
  const scorer = new Scorer(linked.model, table, linked.knowledge)
  return { ...explain(scorer, table, a, b), sameCluster: clusterOf[a] === clusterOf[b] }
}
