import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { type Application, newEvent, registrationSubmitted } from '#libs/contracts'
import { arrayOf, GroupCommit, runPrepared, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { DomainError } from '#libs/platform'
import { BlindIndex, FieldCipher } from '#libs/privacy'
import { applicationOf, placesOf } from './application.ts'
import { consentTexts, hashOfText } from './consents.ts'
import { KnownCodes } from './known-codes.ts'
import { Receipts, referenceOf } from './receipts.ts'
import type { RegistrationRequest } from './registration-request.ts'

const PURPOSES = ['join', 'resident_id'] as const

const INSERT = {
  name: 'insert registrations',
  text: `with fresh as (
    insert into registration (id, idempotency_key, request_mac, channel, platform, code_id, scan_id,
      resident_id_key, mobile_key, sealed, submitted_at, places)
    select * from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
      $8::bytea[], $9::bytea[], $10::text[], $11::timestamptz[], $12::jsonb[])
    on conflict (idempotency_key) do nothing returning id, channel, submitted_at),
  consents as (
    insert into consent (registration_id, purpose, text_version, text_hash, channel, given_at)
    select fresh.id, text.purpose, text.version, text.hash, fresh.channel, fresh.submitted_at
    from fresh cross join unnest($13::text[], $14::text[], $15::bytea[]) as text (purpose, version, hash))
  select id from fresh`,
}

/** How a registration reached us. */
export type Channel = Application['channel']

export interface Submission {
  readonly idempotencyKey: string
  readonly request: RegistrationRequest
  readonly channel: Channel
  readonly at: Date
  /** Id of the HTTP request, for the trace of the events. */
  readonly trace: string
}

/** What the driver is told: kept, under this number. */
export interface Accepted {
  readonly registrationId: string
  readonly reference: string
  readonly receipt: string
}

interface Row extends Submission {
  readonly id: string
  readonly mac: Buffer
}

interface Kept {
  readonly id: string
  /** Null once the registration was erased. */
  readonly mac: Buffer | null
}

/**
 * Takes registrations in. Once `submit` resolves, the registration, its consents and its event are durable; sending it
 * again with the same key gives the same answer, however often and at whatever the same time.
 */
@Injectable()
export class SubmitRegistration {
  private readonly group = new GroupCommit<Submission, Accepted | DomainError>((items) => this.commit(items))

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly cipher: FieldCipher,
    private readonly blind: BlindIndex,
    private readonly codes: KnownCodes,
    private readonly receipts: Receipts,
  ) {}

  /** @throws {DomainError} `idempotency_key_reused` when the key came with other content before */
  async submit(submission: Submission): Promise<Accepted> {
    const result = await this.group.submit(submission)
    if (result instanceof DomainError) throw result
    return result
  }

  private async commit(submissions: readonly Submission[]): Promise<(Accepted | DomainError)[]> {
    return transact(this.dataSource, async (tx) => {
      const rows = submissions.map((each) => ({ ...each, id: uuidv7(), mac: this.macOf(each.request) }))
      const byKey = new Map<string, Row>()
      for (const row of rows) if (!byKey.has(row.idempotencyKey)) byKey.set(row.idempotencyKey, row)
      const stored = await this.store(tx, [...byKey.values()])
      return rows.map(({ idempotencyKey, mac }) => {
        const kept = stored.get(idempotencyKey)!
        if (!kept.mac) return erasedMeanwhile()
        if (!kept.mac.equals(mac)) return keyReused()
        return { registrationId: kept.id, reference: referenceOf(kept.id), receipt: this.receipts.issue(kept.id) }
      })
    })
  }

  /** Stores and tells what is new, and says for every key which registration it belongs to. */
  private async store(tx: EntityManager, rows: readonly Row[]): Promise<Map<string, Kept>> {
    const sites = await this.codes.ofTokens(
      tx,
      rows.flatMap(({ request }) => request.code ?? []),
    )
    const applications = rows.map((row) => this.applicationOf(row, sites))
    const fresh = await this.insert(tx, rows, applications)
    const events = rows.flatMap((row, at) => {
      const data = { application: applications[at]! }
      return fresh.has(row.id) ? [newEvent(registrationSubmitted, data, { now: row.at, trace: row.trace })] : []
    })
    await this.log.append(tx, events)
    const repeated = rows.filter(({ id }) => !fresh.has(id)).map(({ idempotencyKey }) => idempotencyKey)
    const kept = new Map<string, Kept>(rows.map((row) => [row.idempotencyKey, { id: row.id, mac: row.mac }]))
    for (const { key, id, mac } of await keptEarlier(tx, repeated)) kept.set(key, { id, mac })
    return kept
  }

  /** Inserts the registrations whose key is new, and their consents. @returns their ids */
  private async insert(
    tx: EntityManager,
    rows: readonly Row[],
    applications: readonly Application[],
  ): Promise<Set<string>> {
    const inserted = await runPrepared<{ id: string }>(tx, INSERT, [
      arrayOf(rows.map(({ id }) => id)),
      rows.map(({ idempotencyKey }) => idempotencyKey),
      rows.map(({ mac }) => mac),
      rows.map(({ channel }) => channel),
      rows.map(({ request }) => request.platform),
      applications.map(({ codeId }) => codeId),
      rows.map(({ request }) => request.scan),
      rows.map(({ request }) => this.blind.of('resident-id', request.residentId)),
      rows.map(({ request }) => this.blind.of('mobile', request.mobile)),
      applications.map(({ sealed }) => sealed),
      rows.map(({ at }) => at.toISOString()),
      rows.map(({ request }) => JSON.stringify(placesOf(request))),
      PURPOSES,
      PURPOSES.map((purpose) => consentTexts[purpose].version),
      PURPOSES.map(hashOfText),
    ])
    return new Set(inserted.map(({ id }) => id))
  }

  private applicationOf(
    { id, request, channel, at }: Row,
    sites: Awaited<ReturnType<KnownCodes['ofTokens']>>,
  ): Application {
    const known = request.code ? sites.get(request.code) : undefined
    const origin = { registrationId: id, submittedAt: at.toISOString(), channel }
    return applicationOf({ ...origin, site: known?.site ?? null, codeId: known?.codeId ?? null }, request, this.cipher)
  }

  /** Tells whether a key came with the same content, without keeping the content in the open. */
  private macOf(request: RegistrationRequest): Buffer {
    return this.blind.of('request', JSON.stringify(request))
  }
}

/** What was stored under these keys before. */
async function keptEarlier(tx: EntityManager, keys: readonly string[]): Promise<(Kept & { readonly key: string })[]> {
  if (keys.length === 0) return []
  return tx.query(
    `select idempotency_key as key, id, request_mac as mac from registration where idempotency_key = any($1)`,
    [keys],
  )
}

function keyReused(): DomainError {
  return new DomainError('unprocessable', 'idempotency_key_reused', {
    zh: '这次提交与之前的内容不同，请刷新页面后重新提交',
    en: 'This key was used with other content before: send the new content under a new key',
  })
}

function erasedMeanwhile(): DomainError {
  return new DomainError('gone', 'registration_erased', {
    zh: '这份申请的个人信息已删除。需要入会请重新扫码登记',
    en: 'The personal data of this application was deleted: to join, scan the code and apply again',
  })
}
