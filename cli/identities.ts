import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { type ConnectionOptions, openClient, withConnection } from './connection.ts'
import { Failure } from './failure.ts'
import type { HttpClient } from './http-client.ts'
import { Progress, table } from './terminal.ts'

const job = z.object({
  jobId: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  epoch: z.number().nullable(),
  stage: z.string(),
  share: z.number(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.object({ zh: z.string(), en: z.string() }).nullable(),
})

const epochList = z.object({
  epochs: z.array(
    z.object({
      epoch: z.number(),
      state: z.string(),
      draftedAt: z.string().nullable(),
      activatedAt: z.string().nullable(),
      diff: z.object({ merges: z.number(), splits: z.number(), moved: z.number() }).nullable(),
      reason: z.string().nullable(),
    }),
  ),
})

const BETWEEN_QUESTIONS_MS = 500
/** A service that restarts comes back within this; the work itself is then told as failed. */
const PATIENCE_MS = 60_000

const stages: Readonly<Record<string, string>> = {
  reading: '读取 reading',
  training: '训练 training',
  scoring: '评分 scoring',
  comparing: '比较 comparing',
  writing: '写入 writing',
}

/** What is told of a result, in this order. */
const labels: Readonly<Record<string, string>> = {
  records: '记录 records',
  peopleBefore: '原有人数 people before',
  peopleAfter: '现有人数 people after',
  merges: '合并 merges',
  splits: '拆分 splits',
  moved: '换人的记录 records moved',
  newReviewItems: '新增疑似 new review items',
  settledReviewItems: '消除疑似 settled review items',
  arrivedMeanwhile: '期间到达 arrived meanwhile',
  agreement: '与草案 against the draft',
}

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

/** `ruhui identities`: who is who, worked out for all records at once, and the epochs of the model that says so. */
export function identitiesCommand(): Command {
  const rebuild = common(new Command('rebuild'))
    .summary('重新推导全部身份 derive all identities anew from the records')
    .action((options: Options) => withClient(options, (client) => carryOut(client, '/api/identities/rebuild', options)))
  return new Command('identities').summary('身份识别 who is who').addCommand(rebuild).addCommand(epochsCommand())
}

function epochsCommand(): Command {
  const list = common(new Command('list'))
    .summary('列出各期模型 list the epochs and drafts')
    .action((options: Options) => withClient(options, (client) => showEpochs(client, options)))
  const train = common(new Command('train'))
    .summary('训练下一期 train the next epoch and draft what it would change')
    .action((options: Options) => withClient(options, (client) => carryOut(client, '/api/identities/epochs', options)))
  const approve = reasoned(new Command('approve'))
    .summary('启用一期 put a draft, or an earlier epoch, in force')
    .action((epoch: string, options: Options & { reason: string }) =>
      withClient(options, (client) => carryOut(client, pathOf(epoch, 'approve'), options, { reason: options.reason })),
    )
  const discard = reasoned(new Command('discard'))
    .summary('放弃草案 drop a draft')
    .action((epoch: string, options: Options & { reason: string }) =>
      withClient(options, async (client) => {
        const body = { reason: options.reason }
        const answer = await client.json(epochList, { method: 'POST', path: pathOf(epoch, 'discard'), body })
        writeEpochs(answer, options)
      }),
    )
  return [list, train, approve, discard].reduce(
    (epochs, command) => epochs.addCommand(command),
    new Command('epochs').summary('模型各期 epochs of the model'),
  )
}

function common(command: Command): Command {
  return withConnection(command).option('--json', '输出 JSON print one JSON object')
}

function reasoned(command: Command): Command {
  return common(command)
    .argument('<epoch>', '期号 number of the epoch')
    .requiredOption('--reason <text>', '理由，会留存 why; it is kept')
}

function pathOf(epoch: string, verb: string): string {
  if (/^[1-9]\d{0,8}$/.test(epoch)) return `/api/identities/epochs/${epoch}/${verb}`
  throw new Failure('usage', {
    zh: `期号应为数字：${epoch}（用 epochs list 查看）`,
    en: `An epoch is a number, not ${epoch}: see epochs list`,
  })
}

/** Starts work in the background of the system and stays until it is done. */
async function carryOut(client: HttpClient, path: string, { json }: Options, body: object = {}): Promise<void> {
  const progress = new Progress()
  let now = await client.json(job, { method: 'POST', path, body })
  while (now.state === 'running') {
    progress.show(stages[now.stage] ?? now.stage, `${Math.floor(100 * now.share)} %`)
    await sleep(BETWEEN_QUESTIONS_MS)
    now = await client.json(job, { path: `/api/identities/jobs/${now.jobId}` })
  }
  progress.end()
  if (now.state === 'failed' || !now.result) {
    throw new Failure('failed', now.error ?? { zh: '任务失败，详情见日志', en: 'The work failed: see the log' })
  }
  const { epoch, result } = now
  if (json) process.stdout.write(`${JSON.stringify({ epoch, ...result })}\n`)
  else process.stdout.write(`${table(rowsOf(epoch, result))}\n`)
}

function rowsOf(epoch: number | null, result: Readonly<Record<string, unknown>>): string[][] {
  const rows = Object.entries(labels).flatMap(([name, label]) =>
    result[name] === undefined ? [] : [[label, String(result[name])]],
  )
  return epoch === null ? rows : [['期号 epoch', String(epoch)], ...rows]
}

async function showEpochs(client: HttpClient, options: Options): Promise<void> {
  writeEpochs(await client.json(epochList, { path: '/api/identities/epochs' }), options)
}

function writeEpochs({ epochs }: z.infer<typeof epochList>, { json }: Options): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ epochs })}\n`)
    return
  }
  const head = ['epoch', 'state', 'merges', 'splits', 'moved', 'since', 'reason']
  const rows = epochs.map(({ epoch, state, diff, activatedAt, draftedAt, reason }) => [
    String(epoch),
    state,
    String(diff?.merges ?? ''),
    String(diff?.splits ?? ''),
    String(diff?.moved ?? ''),
    activatedAt ?? draftedAt ?? '',
    reason ?? '',
  ])
  process.stdout.write(`${table([head, ...rows])}\n`)
}

async function withClient(options: Options, work: (client: HttpClient) => Promise<void>): Promise<void> {
  const client = await openClient(options, { connections: 1, patienceMs: PATIENCE_MS })
  try {
    await work(client)
  } finally {
    await client.close()
  }
}
