import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import {
  driversModel,
  explain,
  freezeKnowledge,
  InvalidModel,
  type Linked,
  type LinkStage,
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
import { Failure } from './failure.ts'
import { whole } from './option-values.ts'
import { Progress } from './terminal.ts'

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

/**
 * `ruhui dedupe`: links the records of a CSV file offline. Data goes to standard output, progress and messages to standard
 * error.
 */
export function dedupeCommand(): Command {
  return new Command('dedupe')
    .summary('在 CSV 文件中找出同一个人的记录 find the records of one person in a CSV file')
    .description(
      '在 CSV 文件中找出同一个人的记录；不确定的用 --review 列出，交人核对。\n' +
        'Finds the records of one person in a CSV file; --review lists those that a person has to look at.\n' +
        '退出码 exit codes: 0 完成 done, 1 未完成 not done, 2 用法错误 usage, 4 文件不可用 unusable file, 5 模型不可用 unusable model',
    )
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
    .option('--workers <n>', '线程数 worker threads', whole(0, 256), availableParallelism())
    .action(async (input: string, options: Options) => {
      const progress = new Progress()
      try {
        await dedupe(input, options, progress)
      } catch (error) {
        throw asFailure(error)
      } finally {
        progress.end()
      }
    })
}

function asFailure(error: unknown): unknown {
  if (error instanceof UnreadableFile) return new Failure('input', { zh: error.zh, en: error.en })
  if (error instanceof InvalidModel) return new Failure('model', { zh: '模型无效', en: error.message })
  if (error instanceof TrainingFailed) return new Failure('failed', { zh: '无法训练', en: error.message })
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (!syscall || !path) return error
  return new Failure('input', { zh: `${path}：无法读写（${code}）`, en: `${path}: can't be read or written (${code})` })
}

const stages: Readonly<Record<LinkStage, string>> = {
  blocking: '找候选 blocking',
  training: '训练 training',
  scoring: '评分 scoring',
  clustering: '归并 clustering',
}

async function dedupe(input: string, options: Options, progress: Progress): Promise<void> {
  if (options.explain && options.explain.length !== 2) {
    throw new Failure('usage', { zh: '--explain 需要两个记录号', en: '--explain takes two record ids' })
  }
  const model = await modelOf(options.model)
  const { table, missing, truth } = await loadTable(input, model, {
    truthColumn: options.truth,
    workers: options.workers,
    progress: (count) => progress.show('读取 reading', `${count}`),
  })
  progress.end()
  if (missing.length > 0) process.stderr.write(`没有这些列 not in the file: ${missing.join(', ')}\n`)
  const linked = await linkRecords(model, table, {
    workers: options.workers,
    train: options.train === true,
    progress: (stage, share) => progress.show(stages[stage], `${Math.round(share * 100)} %`),
  })
  progress.end()
  process.stderr.write(`${summary(linked, table)}\n`)
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
    throw new Failure('model', { zh: `没有模型 ${name}；内置模型：drivers`, en: `No model ${name}; built in: drivers` })
  }
  try {
    return parseModel(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Failure('model', {
      zh: `${name} 不是 JSON：${error.message}`,
      en: `${name} is not JSON: ${error.message}`,
    })
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
    throw new Failure('input', { zh: `没有记录 ${unknown}`, en: `There is no record ${unknown}` })
  }
  const [a, b] = positions as [number, number]
  const { clusterOf } = linked.clustering
  const scorer = new Scorer(linked.model, table, linked.knowledge)
  return { ...explain(scorer, table, a, b), sameCluster: clusterOf[a] === clusterOf[b] }
}
