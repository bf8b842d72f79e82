import { setTimeout as sleep } from 'node:timers/promises'
import { type CampaignRecord, generateCampaign, Random } from '#libs/testing'
import { Failure } from '../failure.ts'
import type { HttpClient } from '../http-client.ts'
import { Admin, type CaseStatus, type Funnel, type ReviewCase } from './admin.ts'
import { inParallel } from './in-parallel.ts'
import { agrees, casesByRegistration, type Evidence } from './invariants.ts'
import { Journal } from './journal.ts'
import { Phone } from './phone.ts'
import { mannersOf, type Plan, planVisits, type Verdict, type Visit } from './plan.ts'
import { readQrPicture } from './qr-picture.ts'
import { statusesOf } from './receipts.ts'
import { review } from './review.ts'

export interface SimulationOptions {
  readonly drivers: number
  readonly duplicates: number
  readonly seed: number
  readonly approve: number
  /** Phones at work at the same time. */
  readonly concurrency: number
  /** How long to wait for a system that does not answer, and for one that has not done its work yet. */
  readonly patienceMs: number
}

export interface Clients {
  /** Without a token, as a phone. */
  readonly phone: HttpClient
  readonly admin: HttpClient
}

/** Told what goes on: the step, and how much of it is done. */
export type OnProgress = (step: { readonly zh: string; readonly en: string }, done?: number, of?: number) => void

/** A campaign while it is played against a running system. */
export class CampaignRun {
  readonly journal = new Journal()
  /** The cases that the run approved. */
  private readonly approved = new Set<string>()
  private readonly admin: Admin
  private readonly phone: Phone
  private readonly campaign
  private links: string[] = []
  private plan: Plan
  private before: Funnel
  /** How many registrations have been seen through the system. */
  private drainedUpTo = 0

  constructor(
    private readonly clients: Clients,
    private readonly options: SimulationOptions,
    private readonly onProgress: OnProgress,
  ) {
    this.admin = new Admin(clients.admin)
    this.phone = new Phone(clients.phone, this.journal)
    this.campaign = generateCampaign(options)
  }

  /** Drivers come, an admin decides, and some come again: after they were sent back, or as members already. */
  async play(): Promise<void> {
    this.onProgress({ zh: '读取二维码图片', en: 'reading the pictures of the codes' })
    this.before = await this.admin.funnel()
    this.links = await Promise.all((await this.admin.codes()).map((token) => this.readLink(token)))
    if (this.links.length === 0) {
      throw new Failure('failed', {
        zh: '系统中没有可扫的二维码，请先开设站点',
        en: 'There is no code to scan: open a site',
      })
    }
    this.plan = planVisits(this.campaign, { codes: this.links.length, approve: this.options.approve })
    await this.visits(this.plan.early)
    await this.drained()
    await this.decide((person) => this.plan.verdicts.get(person))
    await this.visits([...this.plan.late, ...this.comingBack()])
    await this.drained()
    await this.decide((person) => (this.plan.verdicts.get(person) === 'reject' ? 'reject' : 'approve'))
  }

  /** Waits until the last decision has arrived everywhere, and collects what there is to check. */
  async evidence(): Promise<Evidence> {
    this.onProgress({ zh: '核对结果', en: 'checking what came of it' })
    const { acknowledged } = this.journal
    const cases = await this.casesOfThisRun()
    const byRegistration = casesByRegistration(cases)
    const statuses = await statusesOf(
      this.clients.phone,
      acknowledged,
      (status) => {
        const [decided] = byRegistration.get(status.registrationId) ?? []
        return !decided || agrees(status, decided)
      },
      this.waiting({ zh: '核对回执', en: 'checking receipts' }, acknowledged.length),
    )
    const done = { scans: this.journal.scans, submitted: acknowledged.length, approved: this.approved.size }
    const counted = await this.counted(done)
    return { acknowledged, cases, statuses, members: await this.admin.memberCount(), counted, done }
  }

  private async readLink(token: string): Promise<string> {
    const { body, status } = await this.clients.phone.send({ path: `/api/codes/${token}/qr.png` })
    const text = status === 200 ? await readQrPicture(body) : undefined
    if (!text || !URL.canParse(text)) {
      throw new Failure('failed', {
        zh: `二维码图片无法识别：${token}`,
        en: `The picture of code ${token} can't be read`,
      })
    }
    const { pathname, search } = new URL(text)
    return pathname + search
  }

  private async visits(visits: readonly Visit[]): Promise<void> {
    const step = { zh: '司机扫码登记', en: 'drivers scan and register' }
    const begun = performance.now()
    let done = 0
    this.onProgress(step, done, visits.length)
    await inParallel(visits, this.options.concurrency, async (visit) => {
      await this.phone.visit(visit.code === null ? null : this.links[visit.code]!, visit)
      this.onProgress(step, ++done, visits.length)
    })
    this.journal.busyMs += performance.now() - begun
  }

  /** Waits until every registration has come to a case. */
  private async drained(): Promise<void> {
    const step = { zh: '等待系统处理', en: 'waiting for the system to work them off' }
    const unseen = this.journal.acknowledged.slice(this.drainedUpTo)
    this.drainedUpTo = this.journal.acknowledged.length
    const left = await statusesOf(this.clients.phone, unseen, isProcessed, this.waiting(step, unseen.length))
    for (const { registrationId } of unseen) {
      const status = left.get(registrationId)
      if (!status || !isProcessed(status)) {
        this.journal.violated('not_processed', `${registrationId} ${status?.status ?? 'unknown'}`)
      }
    }
  }

  private async decide(verdictOf: (personId: string) => Verdict | undefined): Promise<void> {
    this.onProgress({ zh: '工会审核', en: 'the union reviews' })
    const personOf = this.personOf()
    const decided = await review(
      this.admin,
      this.journal,
      ({ registrationIds }) => {
        const person = registrationIds.flatMap((id) => personOf.get(id) ?? [])[0]
        return person === undefined ? undefined : verdictOf(person)
      },
      { federation: await this.admin.freightFederation(), workers: this.options.concurrency },
    )
    for (const [caseId, verdict] of decided) if (verdict === 'approve') this.approved.add(caseId)
  }

  /** Those whose application was returned and who send it again, as it should be. */
  private comingBack(): Visit[] {
    const random = new Random(this.options.seed + 2)
    const returned = this.campaign.people.filter(
      ({ personId }) => this.plan.verdicts.get(personId) === 'return' && this.plan.comeBack.has(personId),
    )
    return returned.map(({ personId, platforms, circle: _, plateColour: __, ...answers }) => {
      const record: CampaignRecord = {
        personId,
        repeat: 1,
        answers: { ...answers, platform: platforms[0]! },
        slips: [],
      }
      return { record, code: random.integer(0, this.links.length - 1), ...mannersOf(random) }
    })
  }

  private async casesOfThisRun(): Promise<ReviewCase[]> {
    const personOf = this.personOf()
    const found: ReviewCase[] = []
    for (const status of ['open', 'approved', 'returned', 'rejected'] satisfies CaseStatus[]) {
      for await (const each of this.admin.cases(status)) {
        if (each.registrationIds.some((id) => personOf.has(id))) found.push(each)
      }
    }
    return found
  }

  /** What the funnel has counted since the beginning; waits for it to come up to what was done. */
  private async counted(done: Evidence['done']): Promise<Funnel> {
    const until = performance.now() + this.options.patienceMs
    for (;;) {
      const now = await this.admin.funnel()
      const counted = {
        scans: now.scans - this.before.scans,
        submitted: now.submitted - this.before.submitted,
        newPeople: now.newPeople - this.before.newPeople,
        approved: now.approved - this.before.approved,
      }
      const steps = ['scans', 'submitted', 'approved'] as const
      if (steps.every((step) => counted[step] >= done[step]) || performance.now() > until) return counted
      await sleep(200)
    }
  }

  private personOf(): Map<string, string> {
    return new Map(this.journal.acknowledged.map(({ registrationId, personId }) => [registrationId, personId]))
  }

  private waiting(step: { zh: string; en: string }, of: number) {
    let settled = 0
    this.onProgress(step, settled, of)
    const onSettled = () => this.onProgress(step, ++settled, of)
    return { workers: this.options.concurrency, ms: this.options.patienceMs, onSettled }
  }
}

function isProcessed({ status }: { readonly status: string }): boolean {
  return status !== 'submitted'
}
