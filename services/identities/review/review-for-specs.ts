import { Module } from '@nestjs/common'
import type { DataSource } from 'typeorm'
import { z } from 'zod'
import { checkCharacter } from '#libs/china'
import { createDataSource } from '#libs/database'
import { defineService } from '#libs/platform'
import { BlindIndex, FieldCipher, KeyRing } from '#libs/privacy'
import { type Answer, eventually, OPERATOR, type RequestOptions, startTestSystem, type TestSystem } from '#libs/testing'
import type { Person, RecordContent } from '../records/record-content.ts'
import { ResolverForSpecs, uuidOf } from '../resolver-for-specs.ts'
import { identities } from '../service.ts'

type As = NonNullable<RequestOptions['as']>
type Channel = 'poster' | 'steward' | 'platform'

@Module({})
class Nothing {}

/** The services that identities reads from, saying nothing: records come through {@link ReviewWorld}. */
const silent = (['registrations', 'federations'] as const).map((name) =>
  defineService({
    name,
    stream: name,
    routes: [],
    config: z.object({}),
    module: Nothing,
    entities: [],
    migrations: {},
  }),
)

/** The identities service with its HTTP API, and another process of it that takes records in. */
export class ReviewWorld {
  private mobiles = 0
  private ids = 0

  private constructor(
    readonly system: TestSystem,
    readonly dataSource: DataSource,
    readonly resolver: ResolverForSpecs,
    private readonly cipher: FieldCipher,
  ) {}

  static async begin(): Promise<ReviewWorld> {
    const system = await startTestSystem([...silent, identities])
    const dataSource = createDataSource({
      service: 'identities',
      url: system.databaseUrl,
      poolSize: 3,
      entities: [],
      migrations: [],
    })
    await dataSource.initialize()
    const cipher = new FieldCipher(KeyRing.parse(system.secrets.FIELD_KEYS))
    const blind = new BlindIndex(KeyRing.parse(system.secrets.BLIND_KEYS))
    return new ReviewWorld(system, dataSource, new ResolverForSpecs(dataSource, cipher, blind, {}), cipher)
  }

  async end(): Promise<void> {
    await this.dataSource.destroy()
    await this.system.stop()
  }

  /** A number that nobody has yet, and no slip away from another one. */
  mobile(): string {
    return `138${String((++this.mobiles * 37_654_321) % 100_000_000).padStart(8, '0')}`
  }

  /** Takes a registration in and places it; returns its identity. */
  async registers(
    id: string,
    person: Partial<Person>,
    more: { path?: string[]; channel?: Channel; residence?: string } = {},
  ): Promise<string> {
    const { path = ['wx-xw', 'wx'], channel, residence } = more
    await this.resolver.take([this.registration(id, person, { channel, residence })])
    await this.dataSource.query('update record set federation_path = $2 where id = $1', [id, path])
    return this.identityOf(id)
  }

  /** Takes in what a registration says once it was corrected. */
  async corrects(id: string, person: Partial<Person>, version: number, residence?: string): Promise<void> {
    await this.resolver.take([this.registration(id, person, { version, residence })], 'correction')
  }

  /** Stores a correction of which nothing has followed yet, as between its two transactions. */
  async records(id: string, person: Partial<Person>, more: { version: number; residence?: string }): Promise<void> {
    await this.resolver.evidence.gather([this.registration(id, person, more)], new Date())
  }

  private registration(
    id: string,
    person: Partial<Person>,
    more: { version?: number; channel?: Channel; residence?: string },
  ): RecordContent {
    const { version = 1, channel = 'poster', residence = null } = more
    return {
      kind: 'registration',
      id,
      version,
      application: {
        registrationId: id,
        submittedAt: '2026-05-04T08:00:00.000Z',
        channel,
        platform: 'yunmanman',
        site: null,
        codeId: null,
        places: { plateCity: null, household: null, residence, residenceStreet: null, routes: [] },
        sealed: this.seal(person, `registration:${id}`),
      },
    }
  }

  /** Takes in a driver whom a platform listed; nobody placed the driver. */
  async listed(id: string, person: Partial<Person>, residence: string): Promise<string> {
    const sealed = this.seal(person, `lead:${id}`)
    const listedAt = '2026-04-01T08:00:00.000Z'
    const lead = { leadId: id, version: 1, platform: 'huolala', listedAt, household: null, residence, sealed }
    await this.resolver.take([{ kind: 'lead', id, version: 1, lead }])
    return this.identityOf(id)
  }

  async identityOf(recordId: string): Promise<string> {
    return (await this.resolver.identityOf(recordId))!
  }

  /** Two registrations that a machine does not dare to join. */
  async suspected(paths: readonly string[][] = []) {
    const mobile = this.mobile()
    const [a, b] = [uuidOf(`first ${mobile}`), uuidOf(`second ${mobile}`)]
    const [one, other] = wangs(mobile)
    const x = await this.registers(a, one.person, { path: paths[0], residence: one.residence })
    const y = await this.registers(b, other.person, { path: paths[1], residence: other.residence })
    return { a, b, x, y, mobile, path: this.item(x, y) }
  }

  /** The first of two who are suspected comes once more. */
  async wangAgain(mobile: string): Promise<string> {
    const [{ person, residence }] = wangs(mobile)
    return this.registers(uuidOf(`again ${mobile}`), person, { residence })
  }

  /** Two registrations whose valid resident ids differ, though name and phone agree. */
  async conflicting() {
    const mobile = this.mobile()
    const [a, b] = [uuidOf(`first ${mobile}`), uuidOf(`second ${mobile}`)]
    const [residentId, otherId] = [this.residentId(), this.residentId()]
    const x = await this.registers(a, { name: '赵铁柱', mobile, residentId })
    const y = await this.registers(b, { name: '赵铁柱', mobile, residentId: otherId })
    return { a, b, x, y, mobile, residentId, otherId, path: this.item(x, y) }
  }

  /** A valid resident id that nobody has yet. */
  residentId(): string {
    return residentIdOf(++this.ids)
  }

  /** Two registrations of one name and phone: one person. */
  async joined() {
    const mobile = this.mobile()
    const [a, b] = [uuidOf(`first ${mobile}`), uuidOf(`second ${mobile}`)]
    const x = await this.registers(a, { name: '李志强', mobile })
    const y = await this.registers(b, { name: '李志强', mobile })
    if (x !== y) throw new Error('one name and phone have to be one person')
    return { a, b, x, mobile }
  }

  /** The paths of an item under the API. */
  item(x: string, y: string) {
    const [lo, hi] = x < y ? [x, y] : [y, x]
    return `/api/identities/review-items/${lo}/${hi}`
  }

  get(path: string, as: As = OPERATOR): Promise<Answer> {
    return this.system.request(path, { as })
  }

  post(path: string, body: object = { reason: 'looked at both' }, as: As = OPERATOR): Promise<Answer> {
    return this.system.request(path, { method: 'POST', as, body })
  }

  /** Derives everything from the records anew. */
  async rebuild(): Promise<void> {
    const { jobId } = (await this.post('/api/identities/rebuild', {})).json
    const done = await eventually(async () => {
      const { json } = await this.get(`/api/identities/jobs/${jobId}`)
      return json.state === 'running' ? undefined : json
    })
    if (done.state !== 'done') throw new Error(`the rebuild failed: ${JSON.stringify(done.error)}`)
  }

  /** Who is who, what is suspected and what led where: everything that an undo has to bring back. */
  async state() {
    const [found] = await this.dataSource.query(
      `select
         (select json_agg(json_build_array(record_id, identity_id) order by record_id) from membership_of_record) as members,
         (select json_agg(json_build_array(lo, hi, kind, weight) order by lo, hi) from review_item) as items,
         (select json_agg(id order by id) from identity where retired_at is null) as living`,
    )
    return found
  }

  async events(type: string): Promise<ReturnType<typeof JSON.parse>[]> {
    return (await this.resolver.events()).filter((event) => event.type === type).map(({ data }) => data)
  }

  private seal(person: Partial<Person>, context: string): string {
    return this.cipher.seal(
      JSON.stringify({ name: null, residentId: null, mobile: null, plate: null, ...person }),
      context,
    )
  }
}

/** A valid resident id; others for other numbers. */
function residentIdOf(serial: number): string {
  const digits = `32020619800101${String(serial).padStart(3, '0')}`
  return digits + checkCharacter(digits)
}

/** Two drivers with one phone, whose names sound alike, and who have little else in common. */
export function wangs(mobile: string) {
  const plate = mobile.slice(6)
  return [
    { person: { name: '王建明', mobile, plate: `苏B${plate}` }, residence: '320206' },
    { person: { name: '王建民', mobile, plate: `皖A${plate}` }, residence: '340100' },
  ] as const
}
