import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { type Application, newEvent, registrationCorrected, sealContext } from '#libs/contracts'
import { lockKeys, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { type Bilingual, DomainError, type Principal } from '#libs/platform'
import { BlindIndex, FieldCipher } from '#libs/privacy'
import { type Answers, applicationOf, type Origin, placesOf, type StoredPlaces } from '../application.ts'
import { keepAudit } from '../audit.ts'
import { referenceOf } from '../receipts.ts'
import { noSuchRegistration, type Status } from '../registration-status.ts'
import { type Changes, corrected } from './correction-request.ts'

export interface Correction {
  readonly registrationId: string
  readonly changes: Changes
  /** The version that the sender saw. */
  readonly version: number
  /** The driver, or who did it in the driver's place and why. */
  readonly by: 'driver' | { readonly account: Principal; readonly reason: string }
  readonly at: Date
  readonly trace: string
}

/** Where the application stands after a correction. */
export interface Corrected {
  readonly registrationId: string
  readonly reference: string
  readonly status: Status
  readonly version: number
}

interface Stored {
  readonly origin: Origin
  readonly answers: Answers
  readonly status: Status
  readonly version: number
}

/** What to do about an application that can't be corrected any more. */
const closed: Partial<Record<Status, Bilingual>> = {
  approved: {
    zh: '您已是会员，入会申请不能再改。信息有变请联系所属工会，或拨打 12351',
    en: 'This is a member already: ask the union, or call 12351, to have the details changed',
  },
  rejected: {
    zh: '这次申请已有结论，不能再改。请重新扫码申请，或拨打 12351',
    en: 'This application was declined: scan the code and apply again, or call 12351',
  },
  erased: {
    zh: '个人信息已删除，不能再改。需要入会请重新扫码登记',
    en: 'The personal data was deleted: to join, scan the code and apply again',
  },
}

/**
 * Mends single fields of an application that is not decided. Sent twice it answers the same: what already stands as asked
 * changes nothing and makes no event.
 */
@Injectable()
export class CorrectRegistration {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly cipher: FieldCipher,
    private readonly blind: BlindIndex,
  ) {}

  /** @throws {DomainError} `no_such_registration`, `not_correctable`, `version_conflict` */
  async correct(correction: Correction): Promise<Corrected> {
    const { registrationId, changes, by, at, trace } = correction
    return transact(this.dataSource, async (tx) => {
      // Before the row is locked, which counts as a write: the order of this registration's events rests on it.
      await lockKeys(tx, 'registration', [registrationId])
      const stored = await this.load(tx, registrationId)
      const { answers, fields } = corrected(stored.answers, changes)
      if (fields.length === 0) return correctedView(registrationId, stored)
      if (correction.version !== stored.version) throw versionConflict(stored.version)
      const version = stored.version + 1
      // Returned for mending, and mended: it waits to be looked at again, and the reason is dealt with.
      const status = stored.status === 'returned' ? 'submitted' : stored.status
      const application = applicationOf(stored.origin, answers, this.cipher)
      await this.store(tx, application, answers, version, status)
      const actor = by === 'driver' ? by : by.account.accountId
      const reason = by === 'driver' ? null : by.reason
      await keepAudit(tx, {
        subject: { kind: 'registration', id: registrationId },
        action: 'corrected',
        version,
        fields,
        actor,
        reason,
        at,
      })
      const data = { application, version, corrected: fields }
      await this.log.append(tx, [newEvent(registrationCorrected, data, { now: at, trace })])
      return correctedView(registrationId, { status, version })
    })
  }

  private async load(tx: EntityManager, registrationId: string): Promise<Stored> {
    const [row]: {
      status: Status
      version: number
      channel: Application['channel']
      platform: string | null
      codeId: string | null
      sealed: string
      places: StoredPlaces
      submittedAt: Date
      site: Application['site']
    }[] = await tx.query(
      `select r.status, r.version, r.channel, r.platform, r.code_id as "codeId", r.sealed, r.places,
         r.submitted_at as "submittedAt",
         case when s.id is not null then
           json_build_object('siteId', s.id, 'division', s.division, 'federationId', s.federation_id) end as site
       from registration r left join code c on c.id = r.code_id left join site s on s.id = c.site_id
       where r.id = $1 for update of r`,
      [registrationId],
    )
    if (!row) throw noSuchRegistration()
    const { status, version, channel, platform, codeId, sealed, places, submittedAt, site } = row
    const say = closed[status]
    if (say) throw new DomainError('conflict', 'not_correctable', say, { applicationStatus: status })
    const origin = { registrationId, submittedAt: submittedAt.toISOString(), channel, site, codeId }
    const person: Pick<Answers, 'name' | 'residentId' | 'mobile' | 'plate'> = JSON.parse(
      this.cipher.open(sealed, sealContext('registration', registrationId)),
    )
    return { origin, answers: { ...person, platform, ...places }, status, version }
  }

  private async store(
    tx: EntityManager,
    { registrationId, platform, sealed }: Application,
    answers: Answers,
    version: number,
    status: Status,
  ): Promise<void> {
    await tx.query(
      `update registration set version = $2, status = $3, platform = $4, sealed = $5, places = $6, resident_id_key = $7,
         mobile_key = $8, outcome = case when status = $3 then outcome else '{}' end
       where id = $1`,
      [
        registrationId,
        version,
        status,
        platform,
        sealed,
        JSON.stringify(placesOf(answers)),
        this.blind.of('resident-id', answers.residentId),
        this.blind.of('mobile', answers.mobile),
      ],
    )
  }
}

function correctedView(registrationId: string, { status, version }: Pick<Stored, 'status' | 'version'>): Corrected {
  return { registrationId, reference: referenceOf(registrationId), status, version }
}

function versionConflict(version: number): DomainError {
  const say = {
    zh: '这份申请刚被改过。请刷新页面，核对后再改一次',
    en: 'The application was changed meanwhile: load it again, check it, and send the correction with its version now',
  }
  return new DomainError('conflict', 'version_conflict', say, { version })
}
