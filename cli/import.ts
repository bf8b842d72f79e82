import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { type ConnectionOptions, openClient, withConnection } from './connection.ts'
import { Failure } from './failure.ts'
import { type HttpClient, refusal } from './http-client.ts'
import { whole } from './option-values.ts'
import { Progress, table } from './terminal.ts'

const POLL_MS = 500
/** Remarks that are printed; the rest can be asked for with --json. */
const PRINTED = 50

const roster = z.object({
  rosterId: z.string(),
  status: z.enum(['reading', 'done', 'interrupted', 'unreadable']),
  problem: z.object({ zh: z.string(), en: z.string() }).nullable(),
  totalRows: z.number().nullable(),
  rows: z.number(),
  leads: z.object({ new: z.number(), changed: z.number(), unchanged: z.number() }),
  faults: z.number(),
  notes: z.number(),
  remarks: z.array(
    z.object({
      line: z.number(),
      kind: z.string(),
      field: z.string(),
      code: z.string(),
      zh: z.string(),
      en: z.string(),
    }),
  ),
  next: z.number().nullable(),
})

type Roster = z.infer<typeof roster>

interface Options extends ConnectionOptions {
  readonly platform?: string
  readonly patience: number
  readonly json?: boolean
}

/** `ruhui import roster`: uploads a platform's list of drivers and tells what became of it. */
export function importCommand(): Command {
  const importRoster = withConnection(new Command('roster'))
    .argument('<file>', 'CSV 或 JSON 行文件 CSV with a header, or JSON lines; UTF-8 or GB 18030')
    .summary('导入平台的司机名单 import a platform’s list of drivers')
    .description(
      '导入平台的司机名单：只作为线索，不是入会申请。同一份文件可以重复导入，不会重复登记。\n' +
        'Imports a platform’s list of drivers as leads, never as applications. The same file may be sent again: nothing is ' +
        'taken twice.\n' +
        '退出码 exit codes: 0 全部采用 all rows taken, 1 有行未采用 some were not, 2 用法错误 usage, 3 连接不上 not reachable, ' +
        '4 文件不可用 unusable file',
    )
    .option('--platform <code>', '平台代码或名称 platform of rows that name none, such as yunmanman')
    .option('--patience <seconds>', '系统无响应时最长等待 how long to wait for the system', whole(0), 60)
    .option('--json', '输出 JSON，含全部行的问题 print one JSON object, with every remark')
    .action(async (file: string, options: Options) => {
      const progress = new Progress()
      try {
        const found = await importFile(file, options, progress)
        progress.end()
        process.stdout.write(`${options.json ? JSON.stringify(found) : report(found)}\n`)
        judge(found)
      } finally {
        progress.end()
      }
    })
  return new Command('import').summary('导入名单 import lists').addCommand(importRoster)
}

async function importFile(file: string, options: Options, progress: Progress): Promise<Roster> {
  const size = await sizeOf(file)
  const client = await openClient(options, { connections: 1, patienceMs: options.patience * 1_000 })
  try {
    const rosterId = await upload(file, size, client, options.platform, progress)
    for (;;) {
      const found = await client.json(roster, { path: `/api/rosters/${rosterId}?limit=1000` })
      if (found.status !== 'reading') return options.json ? await withEveryRemark(client, found) : found
      progress.show('读取名单 reading the list', `${found.rows}/${found.totalRows ?? '?'}`)
      await sleep(POLL_MS)
    }
  } finally {
    await client.close()
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return found.size
  throw new Failure('input', { zh: `没有这个文件：${file}`, en: `There is no file ${file}` })
}

/** Sends the file as it is read, however large it is. */
async function upload(
  file: string,
  size: number,
  client: HttpClient,
  platform: string | undefined,
  progress: Progress,
): Promise<string> {
  const query = new URLSearchParams({ file: basename(file), ...(platform !== undefined && { platform }) })
  async function* bytes() {
    let sent = 0
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
      yield chunk
      sent += chunk.length
      progress.show('上传 uploading', `${Math.round((sent / size) * 100)} %`)
    }
  }
  const request = { method: 'POST', path: `/api/rosters?${query}`, headers: { 'accept-language': 'zh-CN' } } as const
  const answer = await client.once({ ...request, body: Readable.from(bytes()), answerBoundMs: 0 }).catch((error) => {
    throw new Failure('unreachable', {
      zh: `上传中断（${error.message}）。可以重新执行同一命令，不会重复登记`,
      en: `The upload broke off (${error.message}). Run the same command again: nothing is taken twice`,
    })
  })
  if (answer.status === 202) return roster.parse(JSON.parse(answer.body.toString())).rosterId
  throw refusal(request, answer)
}

async function withEveryRemark(client: HttpClient, found: Roster): Promise<Roster> {
  const remarks = [...found.remarks]
  let { next } = found
  while (next !== null) {
    const page = await client.json(roster, { path: `/api/rosters/${found.rosterId}?limit=1000&after=${next}` })
    remarks.push(...page.remarks)
    next = page.next
  }
  return { ...found, remarks, next: null }
}

function report({ rosterId, rows, leads, faults, notes, remarks, next }: Roster): string {
  const counts = table([
    ['名单编号 roster', rosterId],
    ['行数 rows', String(rows)],
    ['新线索 new leads', String(leads.new)],
    ['有变化 changed', String(leads.changed)],
    ['无变化 unchanged', String(leads.unchanged)],
    ['未采用的行 rows not taken', String(faults)],
    ['未采用的值 values left out', String(notes)],
  ])
  const lines = remarks
    .slice(0, PRINTED)
    .map(({ line, field, zh, en }) => `第 ${line} 行 line ${line}, ${field}: ${zh} ${en}`)
  const more = remarks.length > PRINTED || next !== null ? ['…… 其余见 the rest: --json'] : []
  return [counts, ...lines, ...more].join('\n')
}

/** @throws {Failure} unless every row was taken */
function judge({ status, problem, faults }: Roster): void {
  if (status === 'unreadable') {
    throw new Failure('failed', problem ?? { zh: '文件无法读取', en: 'The file can’t be read' })
  }
  if (status !== 'done') {
    throw new Failure('failed', {
      zh: '导入中断。请重新执行同一命令，已采用的不会重复',
      en: 'The import broke off. Run the same command again: what was taken is not taken twice',
    })
  }
  if (faults > 0) {
    throw new Failure('failed', {
      zh: `${faults} 行未采用，请按提示修改后重新导入整份文件`,
      en: `${faults} rows were not taken: mend them and import the whole file again`,
    })
  }
}
