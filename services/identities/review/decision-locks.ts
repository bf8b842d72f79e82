import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { arrayOf, lostAgainstAnother, transact as runTransaction, TransactionConflict } from '#libs/database'
import { type ClusteringOptions, clusteringOptionsOf } from '#libs/linkage'
import { forbidden, type Principal } from '#libs/platform'
import { ActiveModel } from '../evidence/active-model.ts'
import { type Neighbourhood, Neighbourhoods } from '../partition/neighbourhood.ts'
import { Partitioning } from '../partition/partitioning.ts'
import { mayDecide, type Placed } from './authority.ts'
import { conflict } from './problems.ts'

/** Arrivals nearby hold their locks for a batch at most: a person who decides waits for some of them, with pauses. */
const PATIENCE_MS = 3_000
const PAUSE_MS = 50

/** Some identities, locked: nothing about them changes until the transaction ends. */
export interface LockedIdentities {
  /** Everything that they depend on. */
  readonly known: Neighbourhood
  /** Record ids by identity; retired identities and those without records are missing. */
  readonly records: ReadonlyMap<string, readonly string[]>
  readonly options: ClusteringOptions
}

/** What came of a judgement. */
export interface DecisionOutcome {
  readonly judgementId: string
  /** Whose the records are now, that the judgement is about. */
  readonly identities: readonly { readonly identityId: string; readonly recordIds: readonly string[] }[]
  /** False when the records belong to a component so large that it is decided about aside, in some minutes. */
  readonly applied: boolean
}

/** How people's decisions are made: everything locked first, authority checked under the locks, then one recomputation. */
@Injectable()
export class DecisionLocks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
    private readonly neighbourhoods: Neighbourhoods,
    private readonly partitioning: Partitioning,
  ) {}

  /** One transaction, again while it loses against others; who loses for too long is told to try again. */
  async transact<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    for (const until = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
      try {
        return await runTransaction(this.dataSource, work)
      } catch (error) {
        if (!lostAgainstAnother(error)) throw error
        if (performance.now() > until) throw busy()
      }
    }
  }

  /**
   * Locks identities with everything they depend on. The transaction must not have written anything yet.
   *
   * @throws {DomainError} `not_allowed` unless the sender may decide about each of them
   */
  async lock(tx: EntityManager, identityIds: readonly string[], sender: Principal): Promise<LockedIdentities> {
    const seeds = (await placedRecords(tx, identityIds)).map(({ id }) => id)
    const model = await this.activeModel.current()
    const known = await this.neighbourhoods.lock(tx, { seeds, partners: { strong: [], weak: [] }, keys: [] }, model)
    const rows = await placedRecords(tx, identityIds)
    const inside = new Set(known.members.flatMap((member) => (member.inside ? [member.id] : [])))
    if (!rows.every(({ id }) => inside.has(id))) throw new TransactionConflict('the identities changed before the lock')
    const records = new Map<string, typeof rows>()
    for (const row of rows) records.set(row.identityId, [...(records.get(row.identityId) ?? []), row])
    for (const own of records.values()) if (!mayDecide(sender, own)) throw forbidden()
    return {
      known,
      records: new Map([...records].map(([identityId, own]) => [identityId, own.map(({ id }) => id)])),
      options: clusteringOptionsOf(model),
    }
  }

  /**
   * Locks the identities that hold some records, in the same way.
   *
   * @throws {TransactionConflict} when a record went to another identity before the lock
   */
  async lockHolders(tx: EntityManager, recordIds: readonly string[], sender: Principal): Promise<LockedIdentities> {
    const locked = await this.lock(tx, await holdersOf(tx, recordIds), sender)
    const holders = await holdersOf(tx, recordIds)
    if (!holders.every((id) => locked.records.has(id))) {
      throw new TransactionConflict('the records went elsewhere before the lock')
    }
    return locked
  }

  /**
   * Applies what was written: recomputes around some records.
   *
   * @param undone when the judgement was made that was taken back
   */
  async recompute(
    tx: EntityManager,
    judgementId: string,
    recordIds: readonly string[],
    now: Date,
    undone?: Date,
  ): Promise<DecisionOutcome> {
    if (recordIds.length === 0) return { judgementId, identities: [], applied: true }
    const { deferred } = await this.partitioning.recompute(tx, { cause: 'decision', seeds: recordIds, undone }, now)
    const rows: { identityId: string; recordIds: string[] }[] = await tx.query(
      `select identity_id as "identityId", array_agg(record_id order by record_id)::text[] as "recordIds"
       from membership_of_record where record_id = any($1::uuid[]) group by identity_id order by 1`,
      [arrayOf(recordIds)],
    )
    return { judgementId, identities: rows, applied: deferred.length === 0 }
  }
}

function busy() {
  return conflict('busy_with_these_records', {
    zh: '这些记录正在被其他操作更新，请稍后再试',
    en: 'Others are changing these records at this moment: try again in a moment',
  })
}

async function holdersOf(tx: EntityManager, recordIds: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select distinct identity_id as id from membership_of_record where record_id = any($1::uuid[])`,
    [arrayOf(recordIds)],
  )
  return rows.map(({ id }) => id)
}

function placedRecords(
  tx: EntityManager,
  identityIds: readonly string[],
): Promise<(Placed & { readonly id: string; readonly identityId: string })[]> {
  return tx.query(
    `select r.id, m.identity_id as "identityId", r.federation_path as "federationPath"
     from membership_of_record m join record r on r.id = m.record_id where m.identity_id = any($1::uuid[]) order by r.id`,
    [arrayOf(identityIds)],
  )
}
