import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { type Lead, newEvent, rosterImported } from '#libs/contracts'
import { transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { type Bilingual, DomainError } from '#libs/platform'
import { LeadStore, lockLeads } from './lead-store.ts'
import { type Remark, readLead } from './lead-values.ts'
import { type Row, readRows } from './read-rows.ts'
import { Rosters } from './rosters.ts'
import type { SpooledUpload } from './spooled-upload.ts'
import { type Taken, takeLeads } from './take-leads.ts'

/** Rows of one part of a list, which is one event at most: 200 sealed leads have about 100 kB. */
const PART_ROWS = 200
/** Parts of one transaction. */
const BATCH_PARTS = 3
const MOST_ROWS = 1_000_000

export interface NewRoster {
  readonly file: string
  /** For rows that name none. */
  readonly platform: string | null
  /** Id of the account. */
  readonly importedBy: string
  readonly trace: string
}

/** A part of a list: which rows, counted from 1, whether they can be taken or not. */
interface Part {
  readonly number: number
  readonly rows: readonly Row[]
}

/**
 * Takes a platform's list in, batch by batch: the leads, their event and the count of the batch commit together. A process
 * that ends in the middle leaves whole batches; the same list sent again goes on from there, since what is known and
 * unchanged makes nothing.
 */
@Injectable()
export class ImportRoster implements OnModuleDestroy {
  private readonly logger = new Logger(ImportRoster.name)
  private readonly stopping = new AbortController()
  private running: { readonly rosterId: string; readonly done: Promise<void> } | undefined

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly leads: LeadStore,
    private readonly rosters: Rosters,
  ) {}

  /** @throws {DomainError} `roster_import_running` while this process reads another list */
  refuseWhileRunning(): void {
    if (!this.running) return
    const { rosterId } = this.running
    const say = {
      zh: '正在导入另一份名单，请等它完成后再导入',
      en: 'Another list is being imported: wait until it is done',
    }
    throw new DomainError('conflict', 'roster_import_running', say, { rosterId })
  }

  /** Begins to read an upload, which it removes in the end; answers with the roster's id at once. */
  async begin(upload: SpooledUpload, roster: NewRoster): Promise<string> {
    try {
      this.refuseWhileRunning()
      const rosterId = uuidv7()
      const opened = this.rosters.open(rosterId, roster, new Date())
      const done = opened.then(() => this.read(rosterId, upload, roster))
      this.running = {
        rosterId,
        done: done
          .catch((error) => this.logger.error(error))
          .finally(async () => {
            this.running = undefined
            await upload.remove()
          }),
      }
      await opened
      return rosterId
    } catch (error) {
      await upload.remove()
      throw error
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort()
    await this.running?.done
  }

  private async read(rosterId: string, upload: SpooledUpload, roster: NewRoster): Promise<void> {
    try {
      const total = await countRows(upload)
      await this.rosters.found(rosterId, total)
      const parts = Math.ceil(total / PART_ROWS)
      for await (const batch of inBatches(readRows(upload.text()))) {
        if (this.stopping.signal.aborted) return await this.rosters.end(rosterId, 'interrupted', null, new Date())
        await this.take(rosterId, batch, parts, roster)
      }
      await this.rosters.end(rosterId, 'done', null, new Date())
    } catch (error) {
      const unreadable = error instanceof DomainError
      const problem: Bilingual | null = unreadable ? error.say : null
      await this.rosters.end(rosterId, unreadable ? 'unreadable' : 'interrupted', problem, new Date())
      if (!unreadable) throw error
    }
  }

  private async take(rosterId: string, batch: readonly Part[], parts: number, roster: NewRoster): Promise<void> {
    const read = batch.map(({ number, rows }) => ({ number, rows: rows.map((row) => readRow(row, roster.platform)) }))
    const all = read.flatMap(({ rows }) => rows)
    await transact(this.dataSource, async (tx) => {
      // Before the first write: the order of this roster's events rests on it.
      await lockLeads(tx)
      const now = new Date()
      const listed = read.map(({ rows }) => rows.flatMap(({ lead }) => (lead ? [this.leads.listed(lead)] : [])))
      const taken = takeLeads(listed.flat(), await this.leads.known(tx, listed.flat()), { now, newId: uuidv7 })
      const sealed = this.leads.seal(taken.leads)
      await this.leads.write(tx, rosterId, taken.leads, sealed)
      await this.rosters.remark(tx, rosterId, all)
      await this.rosters.count(tx, rosterId, countsOf(all, taken), now)
      const events = eventsOf({ rosterId, batch, parts, leads: sealed, now, trace: roster.trace })
      await this.log.append(tx, events)
    })
  }
}

interface TakenBatch {
  readonly rosterId: string
  readonly batch: readonly Part[]
  /** How many the whole list has. */
  readonly parts: number
  /** New and changed ones. */
  readonly leads: readonly Lead[]
  readonly now: Date
  readonly trace: string
}

/** One event for up to 200 of the leads; a batch has never more such groups than parts. */
function eventsOf({ rosterId, batch, parts, leads, now, trace }: TakenBatch) {
  return batch.flatMap(({ number: part }, at) => {
    const some = leads.slice(at * PART_ROWS, (at + 1) * PART_ROWS)
    return some.length > 0 ? [newEvent(rosterImported, { rosterId, part, parts, leads: some }, { now, trace })] : []
  })
}

/** Reads all of it once, so that a list that is broken, or too long, is refused as a whole. @throws {DomainError} */
async function countRows(upload: SpooledUpload): Promise<number> {
  let rows = 0
  for await (const _ of readRows(upload.text())) {
    rows++
    if (rows <= MOST_ROWS) continue
    const say = {
      zh: '名单超过 100 万行，请分成几个文件导入',
      en: 'More than 1,000,000 rows: import the list in parts',
    }
    throw new DomainError('unprocessable', 'roster_too_long', say)
  }
  if (rows > 0) return rows
  const say = { zh: '名单里没有记录，请核对文件', en: 'The list has no records: check the file' }
  throw new DomainError('unprocessable', 'roster_empty', say)
}

async function* inBatches(rows: AsyncIterable<Row>): AsyncGenerator<Part[]> {
  let number = 0
  let batch: Part[] = []
  let part: Row[] = []
  for await (const row of rows) {
    part.push(row)
    if (part.length < PART_ROWS) continue
    batch.push({ number: ++number, rows: part })
    part = []
    if (batch.length < BATCH_PARTS) continue
    yield batch
    batch = []
  }
  if (part.length > 0) batch.push({ number: ++number, rows: part })
  if (batch.length > 0) yield batch
}

function readRow({ line, cells, fault }: Row, platform: string | null) {
  if (!cells) return { line, lead: undefined, faults: fault ? [fault] : [], notes: [] as readonly Remark[] }
  return { line, ...readLead(cells, platform) }
}

function countsOf(rows: readonly ReturnType<typeof readRow>[], { fresh, changed, unchanged }: Taken) {
  return {
    rows: rows.length,
    fresh,
    changed,
    unchanged,
    faulty: rows.filter(({ lead }) => !lead).length,
    notes: rows.reduce((sum, { notes }) => sum + notes.length, 0),
  }
}
