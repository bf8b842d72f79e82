import { Client } from 'pg'
import {
  type Application,
  type DomainEvent,
  identityMerged,
  identityResolved,
  identitySplit,
  newEvent,
  subjectErased,
} from '#libs/contracts'
import { FieldCipher, KeyRing } from '#libs/privacy'
import { eventually, FakePublisher, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { federations } from './federations/service.ts'
import { insights } from './insights/service.ts'
import { memberships } from './memberships/service.ts'
import { notifications } from './notifications/service.ts'

/** The services behind identities, and somebody who says in the place of identities whose each registration is. */
export class BehindIdentities {
  private submitted = 0

  private constructor(
    readonly system: TestSystem,
    readonly database: Client,
    readonly identities: FakePublisher,
    readonly registrations: FakePublisher,
    private readonly cipher: FieldCipher,
  ) {}

  static async start(): Promise<BehindIdentities> {
    const identities = new FakePublisher('identities')
    const registrations = new FakePublisher('registrations')
    const publishers = [identities, registrations, new FakePublisher('qr-codes')].map(({ service }) => service)
    const system = await startTestSystem([...publishers, federations, memberships, notifications, insights])
    const database = new Client({ connectionString: system.databaseUrl })
    await database.connect()
    const cipher = new FieldCipher(KeyRing.parse(system.secrets.FIELD_KEYS))
    return new BehindIdentities(system, database, identities, registrations, cipher)
  }

  async stop(): Promise<void> {
    await this.database.end()
    await this.system.stop()
  }

  /** An application that nobody has sent yet, submitted after those before. */
  apply(mobile = '13900001234', registrationId: string = crypto.randomUUID()): Application {
    this.submitted += 1
    return {
      registrationId,
      submittedAt: new Date(Date.UTC(2026, 4, 1, 0, this.submitted)).toISOString(),
      channel: 'poster',
      platform: null,
      site: null,
      codeId: null,
      places: { plateCity: '苏B', household: null, residence: '320205', residenceStreet: null, routes: [] },
      sealed: this.seal(mobile, registrationId),
    }
  }

  /** The application with another phone and, perhaps, other places. */
  mend(application: Application, mobile: string, residence = application.places.residence): Application {
    const { registrationId, places } = application
    return { ...application, places: { ...places, residence }, sealed: this.seal(mobile, registrationId) }
  }

  async get(path: string) {
    return (await this.system.request(path, { as: OPERATOR })).json
  }

  async cases(status: string) {
    return (await this.get(`/api/review-cases?status=${status}&limit=200`)).items
  }

  decide(caseId: string, how: string, body: object = {}) {
    return this.system.request(`/api/review-cases/${caseId}/${how}`, { as: OPERATOR, body })
  }

  /** A figure of the funnel, over all sites. */
  async figure(name: 'newPeople' | 'approved'): Promise<number> {
    const { sites } = await this.get('/api/insights/funnel')
    return sites.reduce((sum: number, site: Record<typeof name, number>) => sum + site[name], 0)
  }

  /** The case that holds an application, once it has the status. */
  caseOf({ registrationId }: Application, status: string) {
    return eventually(async () =>
      (await this.cases(status)).find((each: { registrationIds: string[] }) =>
        each.registrationIds.includes(registrationId),
      ),
    )
  }

  async messagesOf({ registrationId }: Application) {
    const { items } = await this.get(`/api/messages/of-registration/${registrationId}`)
    return items as { template: string; text: { zh: string }; withdrawnAt: string | null }[]
  }

  /** The last message that still holds, once it is of this template and says this. */
  lastMessage(application: Application, template: string, says = '') {
    return eventually(async () => {
      const last = (await this.messagesOf(application)).findLast(({ withdrawnAt }) => !withdrawnAt)
      return last?.template === template && last.text.zh.includes(says) ? last : undefined
    })
  }

  /** What memberships published about an application. */
  async eventsOf(type: string, { registrationId }: Application) {
    const { rows } = await this.database.query(
      `select data from memberships.event_log where type = $1 and data::text like $2 order by xid, id`,
      [type, `%${registrationId}%`],
    )
    return rows.map(({ data }) => data)
  }

  private seal(mobile: string, registrationId: string): string {
    const person = { name: '王建国', mobile, residentId: null, plate: null }
    return this.cipher.seal(JSON.stringify(person), `registration:${registrationId}`)
  }
}

export function resolved(identityId: string, application: Application, revision = 1): DomainEvent {
  const outcome = revision === 1 ? ('new' as const) : ('existing' as const)
  const said = { identityId, outcome, reason: 'no_match' as const, evidence: null, epoch: 0, revision, application }
  return newEvent(identityResolved, said, { now: new Date() })
}

export function merged(identityId: string, retiredIdentityId: string, revision: number, ...came: Application[]) {
  const registrations = came.map(({ registrationId }) => ({ registrationId, revision }))
  const said = { identityId, retiredIdentityId, cause: 'record' as const, registrations }
  return newEvent(identityMerged, said, { now: new Date() })
}

export function split(identityId: string, otherIdentityId: string, revision: number, ...left: Application[]) {
  const registrations = left.map((application) => ({ revision, application }))
  const said = { identityId, otherIdentityId, otherIsNew: true, cause: 'decision' as const, registrations }
  return newEvent(identitySplit, said, { now: new Date() })
}

export function erased({ registrationId: id }: Application): DomainEvent {
  const now = new Date()
  return newEvent(subjectErased, { subject: { kind: 'registration', id }, erasedAt: now.toISOString() }, { now })
}
