import { Command, Option } from 'commander'
import { type ConnectionOptions, openClient, withConnection } from './connection.ts'
import { Failure } from './failure.ts'
import { HttpClient } from './http-client.ts'
import { share, whole } from './option-values.ts'
import { CampaignRun } from './simulate/campaign.ts'
import { findViolations } from './simulate/invariants.ts'
import { report, summarize } from './simulate/report.ts'
import { Progress } from './terminal.ts'

interface Options extends ConnectionOptions {
  readonly drivers: number
  readonly duplicates: number
  readonly seed: number
  readonly concurrency: number
  readonly approve: number
  readonly patience: number
  readonly json?: boolean
}

/** `ruhui simulate`: plays a campaign against a running system and checks what came of it. */
export function simulateCommand(): Command {
  return withConnection(new Command('simulate'))
    .summary('模拟一场入会活动并核对结果 play a campaign against a running system and check the outcome')
    .description(
      '像真实司机那样扫码、登记，再由工会审核，最后核对：每份受理的登记都在且只在一个审核事项中，没有人两次成为会员。\n' +
        'Plays drivers who scan, register and come again, and an admin who decides; then checks that every acknowledged ' +
        'registration is in exactly one review case and that nobody is a member twice.\n' +
        '退出码 exit codes: 0 通过 no violation, 1 有违反 violations, 2 用法错误 usage, 3 连接不上 not reachable',
    )
    .option('--drivers <n>', '司机人数 how many people take part', whole(1), 100)
    .option('--duplicates <share>', '重复登记者的比例 share of them who register again', share, 0.2)
    .addOption(
      new Option('--seed <n>', '随机种子，相同则活动相同 the same seed gives the same campaign')
        .argParser(whole(0))
        .default(Date.now() % 1_000_000, '随机 random'),
    )
    .option('--approve <share>', '批准的比例 share that the admin approves', share, 0.9)
    .option('--concurrency <n>', '同时操作的手机数 phones at work at the same time', whole(1), 16)
    .option('--patience <seconds>', '系统无响应时最长等待 how long to wait for the system', whole(0), 60)
    .option('--json', '输出 JSON print one JSON object')
    .action(async (options: Options) => {
      const progress = new Progress()
      try {
        const summary = await simulate(options, progress)
        progress.end()
        process.stdout.write(`${options.json ? JSON.stringify(summary) : report(summary)}\n`)
        const broken = summary.violations.reduce((sum, { count }) => sum + count, 0)
        if (broken > 0) {
          throw new Failure('failed', { zh: `核对发现 ${broken} 处违反`, en: `${broken} violations were found` })
        }
      } finally {
        progress.end()
      }
    })
}

async function simulate(options: Options, progress: Progress) {
  const shared = {
    connections: options.concurrency,
    patienceMs: options.patience * 1_000,
    onWait: (because: string) => progress.show('等待系统恢复 waiting for the system', because),
  }
  const admin = await openClient(options, shared)
  const phone = new HttpClient(admin.origin, { ...shared, headers: { 'accept-language': 'zh-CN' } })
  try {
    const begun = performance.now()
    const run = new CampaignRun({ phone, admin }, { ...options, patienceMs: shared.patienceMs }, (step, done, of) =>
      progress.show(`${step.zh} ${step.en}`, of === undefined ? '' : `${done}/${of}`),
    )
    await run.play()
    const evidence = await run.evidence()
    const violations = [...run.journal.violations, ...findViolations(evidence)]
    const { drivers, duplicates, seed } = options
    return summarize(
      { drivers, duplicates, seed },
      run.journal,
      evidence,
      violations,
      (performance.now() - begun) / 1_000,
    )
  } finally {
    await Promise.all([phone.close(), admin.close()])
  }
}
