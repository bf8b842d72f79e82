import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { createDataSource, lostAgainstAnother, migrate, transact } from '#libs/database'
import type { Model } from '#libs/linkage'
import { EventLog, MessagingTables1767225600000, maintainPartitions } from '#libs/messaging'
import { generateSecrets } from '#libs/platform'
import { BlindIndex, FieldCipher, KeyRing } from '#libs/privacy'
import { createTestDatabase, generateCampaign } from '#libs/testing'
import { ActiveModel, firstEpoch } from './evidence/active-model.ts'
import { EvidenceGatherer } from './evidence/evidence.ts'
import * as migrations from './migrations/index.ts'
import { Arrivals } from './partition/arrivals.ts'
import { Erasure } from './partition/erasure.ts'
import { Neighbourhoods } from './partition/neighbourhood.ts'
import { PartitionStore } from './partition/partition-store.ts'
import { Partitioning } from './partition/partitioning.ts'
import { BlockKeys } from './records/block-keys.ts'
import type { Person, RecordContent } from './records/record-content.ts'
import { RecordOpener } from './records/record-opener.ts'
import { RecordStore } from './records/record-store.ts'

/** What a spec puts in the place of a part, to hold it at a certain point or to leave something out. */
export interface Parts {
  readonly store?: (dataSource: DataSource) => RecordStore
  readonly neighbourhoods?: Neighbourhoods
  readonly maxComponent?: number
  /** Other blind keys than those of the world, as after a change of keys. */
  readonly blind?: BlindIndex
}

/** A database and keys that several resolvers share, as processes of the service do. */
export class ResolverWorld {
  private readonly open: DataSource[] = []

  private constructor(
    readonly url: string,
    readonly model: Model,
    private readonly drop: () => Promise<void>,
    private readonly cipher: FieldCipher,
    /** As the environment variable. */
    readonly blindKeys: string,
  ) {}

  static async begin(model: Model = firstEpoch()): Promise<ResolverWorld> {
    const { FIELD_KEYS, BLIND_KEYS } = generateSecrets()
    const database = await createTestDatabase()
    const cipher = new FieldCipher(KeyRing.parse(FIELD_KEYS))
    const world = new ResolverWorld(database.url, model, database.drop, cipher, BLIND_KEYS)
    const { dataSource, activeModel } = await world.resolver()
    await transact(dataSource, (tx) => activeModel.begin(tx, new Date(), model))
    return world
  }

  /** Another process of the service. */
  async resolver(parts: Parts = {}) {
    const dataSource = createDataSource({
      service: 'identities',
      url: this.url,
      poolSize: 4,
      entities: [],
      migrations: [MessagingTables1767225600000, ...Object.values(migrations)],
    })
    await dataSource.initialize()
    this.open.push(dataSource)
    await migrate(dataSource)
    await maintainPartitions(dataSource, new Date(), null)
    return new ResolverForSpecs(
      dataSource,
      this.cipher,
      parts.blind ?? new BlindIndex(KeyRing.parse(this.blindKeys)),
      parts,
    )
  }

  async end(): Promise<void> {
    for (const dataSource of this.open) await dataSource.destroy()
    await this.drop()
  }

  /** A registration that says this of a driver, sealed as the registrations service seals it. */
  registration(id: string, person: Partial<Person>, version = 1, platform = 'yunmanman'): RecordContent {
    const application = {
      registrationId: id,
      submittedAt: '2026-05-04T08:00:00.000Z',
      channel: 'poster' as const,
      platform,
      site: null,
      codeId: null,
      places: { plateCity: null, household: null, residence: null, residenceStreet: null, routes: [] },
      sealed: this.cipher.seal(JSON.stringify({ ...NOTHING_SAID, ...person }), `registration:${id}`),
    }
    return { kind: 'registration', id, version, application }
  }

  /** A driver whom a platform listed. */
  lead(id: string, person: Partial<Person>, version = 1, platform = 'huolala'): RecordContent {
    const sealed = this.cipher.seal(JSON.stringify({ ...NOTHING_SAID, ...person }), `lead:${id}`)
    const listedAt = '2026-04-01T08:00:00.000Z'
    return {
      kind: 'lead',
      id,
      version,
      lead: { leadId: id, version, platform, listedAt, household: null, residence: null, sealed },
    }
  }
}

const NOTHING_SAID: Person = { name: null, residentId: null, mobile: null, plate: null }

/** The parts of one process that decide who is who, with what specs do and look at again and again. */
export class ResolverForSpecs {
  readonly activeModel: ActiveModel
  readonly opener: RecordOpener
  readonly evidence: EvidenceGatherer
  readonly records: RecordStore
  readonly neighbourhoods: Neighbourhoods
  readonly partitioning: Partitioning
  readonly arrivals: Arrivals
  readonly erasure: Erasure

  constructor(
    readonly dataSource: DataSource,
    cipher: FieldCipher,
    readonly blind: BlindIndex,
    { store, neighbourhoods, maxComponent }: Parts,
  ) {
    this.activeModel = new ActiveModel(dataSource, cipher, blind)
    this.opener = new RecordOpener(cipher)
    this.records = store?.(dataSource) ?? new RecordStore(dataSource)
    this.neighbourhoods = neighbourhoods ?? new Neighbourhoods()
    const log = new EventLog('identities', dataSource)
    this.partitioning = new (maxComponent ? bounded(maxComponent) : Partitioning)(
      this.activeModel,
      this.neighbourhoods,
      this.records,
      new PartitionStore(),
      log,
    )
    this.evidence = new EvidenceGatherer(this.activeModel, this.opener, new BlockKeys(blind), this.records)
    this.arrivals = new Arrivals(this.evidence, this.records, this.partitioning)
    this.erasure = new Erasure(this.activeModel, this.neighbourhoods, this.records, this.partitioning, log)
  }

  /** Delivers records as a transport does: again while their transaction loses against others. */
  async take(contents: readonly RecordContent[], cause: 'record' | 'correction' = 'record'): Promise<void> {
    await this.untilWon((tx) => this.arrivals.take(tx, contents, cause, () => null, new Date()))
  }

  async erase(...ids: string[]): Promise<void> {
    await this.untilWon((tx) => this.erasure.erase(tx, ids, new Date()))
  }

  /** Decides anew, as after a judgement. */
  async recompute(...seeds: string[]): Promise<void> {
    await this.untilWon((tx) => this.partitioning.recompute(tx, { cause: 'decision', seeds }, new Date()))
  }

  /** Record ids by person, both sorted. */
  async partition(): Promise<string[][]> {
    const rows: { ids: string[] }[] = await this.dataSource.query(
      `select array_agg(record_id::text order by record_id) as ids from membership_of_record group by identity_id order by 1`,
    )
    return rows.map(({ ids }) => ids)
  }

  async identityOf(recordId: string): Promise<string | undefined> {
    const [row] = await this.dataSource.query(
      `select identity_id as id from membership_of_record where record_id = $1`,
      [recordId],
    )
    return row?.id
  }

  /** What was said so far, oldest first. */
  async events(): Promise<{ type: string; data: ReturnType<typeof JSON.parse> }[]> {
    return this.dataSource.query(`select type, data from event_log order by xid, id`)
  }

  /** Whose each registration is, and its revision, as the events tell whoever reads them. */
  async told(): Promise<Map<string, { identityId: string; revision: number }>> {
    const latest = new Map<string, { identityId: string; revision: number }>()
    const learn = (id: string, identityId: string, revision: number) => {
      if ((latest.get(id)?.revision ?? 0) <= revision) latest.set(id, { identityId, revision })
    }
    for (const { type, data } of await this.events()) {
      if (type === 'identity.resolved') learn(data.application.registrationId, data.identityId, data.revision)
      if (type === 'identity.merged') {
        for (const { registrationId, revision } of data.registrations) learn(registrationId, data.identityId, revision)
      }
      if (type === 'identity.split') {
        for (const { application, revision } of data.registrations) {
          learn(application.registrationId, data.otherIdentityId, revision)
        }
      }
    }
    return latest
  }

  /** The same as {@link told}, from the tables. */
  async stored(): Promise<Map<string, { identityId: string; revision: number }>> {
    const rows: { id: string; identityId: string; revision: number }[] = await this.dataSource.query(
      `select m.record_id as id, m.identity_id as "identityId", m.revision
       from membership_of_record m join record r on r.id = m.record_id where r.kind = 'registration'`,
    )
    return new Map(rows.map(({ id, ...rest }) => [id, rest]))
  }

  /** Waits until a transaction of this database waits for a lock of records. */
  async somebodyWaits(): Promise<void> {
    for (;;) {
      const [{ waiting }] = await this.dataSource.query(
        `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      )
      if (waiting > 0) return
      await sleep(5)
    }
  }

  /** As if nothing had come yet; the model stays in force. */
  async forgetAll(): Promise<void> {
    await this.dataSource.query(`truncate record, erased_record, block_key, hub, edge, judgement, decision, identity,
      membership_of_record, identity_event, deferred_record, review_item, event_log cascade`)
  }

  private async untilWon<T>(work: Parameters<typeof transact<T>>[1]): Promise<T> {
    for (;;) {
      try {
        return await transact(this.dataSource, work)
      } catch (error) {
        if (!lostAgainstAnother(error)) throw error
      }
    }
  }
}

/** Partitioning with a bound that a spec reaches. */
function bounded(maxComponent: number): typeof Partitioning {
  return class extends Partitioning {
    override recompute(...[tx, change, now]: Parameters<Partitioning['recompute']>) {
      return super.recompute(tx, { maxComponent, ...change }, now)
    }
  }
}

/** A UUID that is the same in every run. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Drivers who have nothing in common, each with a truck. */
export function strangers(): Person[] {
  const { people } = generateCampaign({ drivers: 60, duplicates: 0, seed: 3 })
  return people.flatMap(({ circle, name, residentId, mobile, plate }) =>
    circle || !plate ? [] : [{ name, residentId, mobile, plate }],
  )
}

/** What a platform shows of a driver to others. */
export function masked({ name, residentId, mobile, plate }: Person): Person {
  return {
    name: name && `${name[0]}*${name.length > 2 ? name.at(-1) : ''}`,
    residentId: residentId && `${residentId.slice(0, 4)}**********${residentId.slice(-4)}`,
    mobile: mobile && `${mobile.slice(0, 3)}****${mobile.slice(-4)}`,
    plate,
  }
}
