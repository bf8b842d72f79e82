import { createPrivateKey } from 'node:crypto'
import { Readable } from 'node:stream'
import { Module } from '@nestjs/common'
import { SignJWT } from 'jose'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { membershipApproved, newEvent, type Stream } from '#libs/contracts'
import { createDataSource, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { defineService, TOKEN_ISSUER } from '#libs/platform'
import { FieldCipher, KeyRing } from '#libs/privacy'
import { eventually, generateCampaign, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { registrations } from './service.ts'

@Module({})
class Nothing {}

/** A service that publishes nothing: its stream is read here. */
const silent = (stream: Stream) =>
  defineService({
    name: stream,
    stream,
    routes: [],
    config: z.object({}),
    module: Nothing,
    entities: [],
    migrations: {},
  })

/** An event of this service, as far as specs look. */
export interface Told {
  readonly type: string
  readonly data: Json
}

/** What JSON.parse gives: its shape is what a spec is about to check. */
type Json = ReturnType<typeof JSON.parse>

/** A list to upload, whole or as it is made. */
export type Upload = string | Buffer | AsyncIterable<Buffer>

/** The service alone on its own database, with what specs do to it. */
export class RegistrationsForSpecs {
  private readonly drivers
  private readonly cipher

  private constructor(
    readonly system: TestSystem,
    readonly database: DataSource,
    seed: number,
  ) {
    this.cipher = new FieldCipher(KeyRing.parse(system.secrets.FIELD_KEYS))
    this.drivers = generateCampaign({ drivers: 60, duplicates: 0, seed }).records.map(({ answers }) => answers)
  }

  static async start(seed: number): Promise<RegistrationsForSpecs> {
    const system = await startTestSystem([silent('qr-codes'), registrations, silent('memberships')])
    const extra = { options: '-c search_path=registrations' }
    const database = await new DataSource({ type: 'postgres', url: system.databaseUrl, extra }).initialize()
    return new RegistrationsForSpecs(system, database, seed)
  }

  async stop(): Promise<void> {
    await this.database.destroy()
    await this.system.stop()
  }

  /** A driver who applied; `submit` sends the same again. */
  async applied(wishes: object = {}) {
    const answers = this.drivers.pop()!
    const body = { ...answers, ...wishes, consents: { join: true, residentId: true } }
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const submit = () => this.system.request('/api/registrations', { body, headers })
    const { registrationId, receipt }: { registrationId: string; receipt: string } = (await submit()).json
    return { registrationId, receipt, answers, submit }
  }

  /** Brings a registration into a state that other services decide. */
  async decided(registrationId: string, status: string, outcome: object = {}): Promise<void> {
    await this.database.query(`update registration set status = $2, outcome = $3 where id = $1`, [
      registrationId,
      status,
      JSON.stringify(outcome),
    ])
  }

  /** Has memberships say that it made members. */
  async approve(registrationIds: string[]): Promise<void> {
    const url = this.system.databaseUrl
    const options = { service: 'memberships', url, poolSize: 1, entities: [], migrations: [] }
    const database = await createDataSource(options).initialize()
    const [caseId, identityId, memberId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    const member = { memberId, memberNumber: '3202-2026-0000001', federationId: 'wx', approvedBy: 'x' }
    const data = { caseId, identityId, registrationIds, ...member, federationName: { zh: '工会', en: 'Union' } }
    const event = newEvent(membershipApproved, data as never, { now: new Date() })
    await transact(database, (tx) => new EventLog('memberships', database).append(tx, [event]))
    await database.destroy()
  }

  /** Uploads a list as the operator. */
  async upload(body: Upload, query = '', type = 'text/csv'): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${this.system.url}/api/rosters${query}`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${await this.token()}` },
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : Readable.from(body),
      duplex: 'half',
    } as RequestInit)
    return { status: response.status, json: await response.json() }
  }

  /** Uploads a list and waits until it is read. */
  async imported(body: Upload, query = '', type = 'text/csv'): Promise<Json> {
    const { json } = await this.upload(body, query, type)
    return eventually(async () => {
      const answer = await this.system.request(`/api/rosters/${json.rosterId}`, { as: OPERATOR })
      return answer.json.status === 'reading' ? undefined : answer.json
    }, 60_000)
  }

  /** Every event of a kind, in the order of the log. */
  async told(type: string, key?: string): Promise<Told[]> {
    return this.database.query(
      `select type, data from event_log where type = $1 and ($2::text is null or key = $2) order by xid, id`,
      [type, key ?? null],
    )
  }

  /** What sealed data opens to. */
  open(sealed: string, context: string): Json {
    return JSON.parse(this.cipher.open(sealed, context))
  }

  private token(): Promise<string> {
    const key = Buffer.from(this.system.secrets.TOKEN_PRIVATE_KEY, 'base64')
    return new SignJWT({ name: 'operator', ...OPERATOR })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('uploader')
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_ISSUER)
      .setExpirationTime('1h')
      .sign(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
  }
}
