import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { messageSent, newEvent } from '#libs/contracts'
import { lockKeys } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { type News, type Standing, type Told, whatToTell } from './what-to-tell.ts'

/** News about some registrations. */
export interface Bulletin {
  /** The event that is told; with the registration it makes the message unique. */
  readonly eventId: string
  readonly registrationIds: readonly string[]
  readonly statement: number
  readonly news: News
}

interface StandingRow extends Standing {
  readonly registrationId: string
  readonly erased: boolean
}

type Message = Told & { readonly id: string; readonly eventId: string; readonly registrationId: string }

/** The messages to drivers, and what was last said of each registration. */
@Injectable()
export class Messages {
  constructor(private readonly log: EventLog) {}

  /** Tells the drivers the news, as far as nothing newer was said; withdraws what is not true any more. */
  async tell(tx: EntityManager, bulletins: readonly Bulletin[]): Promise<void> {
    const standings = await this.lock(
      tx,
      bulletins.flatMap(({ registrationIds }) => registrationIds),
    )
    const changed = new Map<string, Standing>()
    const withdrawn = new Set<string>()
    const sending = new Map<string, Message>()
    for (const { eventId, registrationIds, statement, news } of bulletins) {
      for (const registrationId of registrationIds) {
        const known = standings.get(registrationId)
        const telling = whatToTell(changed.get(registrationId) ?? known, news, statement)
        if (!telling) continue
        changed.set(registrationId, telling.standing)
        if (telling.withdraws) {
          withdrawn.add(registrationId)
          sending.delete(registrationId)
        }
        if (telling.message && !known?.erased) {
          sending.set(registrationId, { ...telling.message, id: uuidv7(), eventId, registrationId })
        }
      }
    }
    const now = new Date()
    await this.note(tx, changed)
    await tx.query(`update message set withdrawn_at = $2 where registration_id = any($1) and withdrawn_at is null`, [
      [...withdrawn],
      now,
    ])
    await this.send(tx, [...sending.values()], now)
  }

  /** Deletes the texts of all messages about registrations; none will be sent about them any more. */
  async erase(tx: EntityManager, erasures: readonly { registrationId: string; erasedAt: string }[]): Promise<void> {
    const ids = erasures.map(({ registrationId }) => registrationId)
    await lockKeys(tx, 'registration', ids)
    await tx.query(
      `insert into standing (registration_id, statement, erased_at)
       select r, 0, at from unnest($1::uuid[], $2::timestamptz[]) as e (r, at)
       on conflict (registration_id) do update set erased_at = coalesce(standing.erased_at, excluded.erased_at)`,
      [ids, erasures.map(({ erasedAt }) => erasedAt)],
    )
    await tx.query(
      `update message m set text_zh = '已删除', text_en = 'Deleted', erased_at = s.erased_at
       from standing s where s.registration_id = m.registration_id and m.registration_id = any($1)
         and m.erased_at is null`,
      [ids],
    )
  }

  private async lock(tx: EntityManager, registrationIds: readonly string[]): Promise<Map<string, StandingRow>> {
    await lockKeys(tx, 'registration', registrationIds)
    const rows: StandingRow[] = await tx.query(
      `select registration_id as "registrationId", state, member_number as "memberNumber", statement::float8 as statement,
         erased_at is not null as erased
       from standing where registration_id = any($1)`,
      [registrationIds],
    )
    return new Map(rows.map((row) => [row.registrationId, row]))
  }

  private async note(tx: EntityManager, standings: ReadonlyMap<string, Standing>): Promise<void> {
    const rows = [...standings.values()]
    await tx.query(
      `insert into standing (registration_id, state, member_number, statement)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
       on conflict (registration_id) do update set state = excluded.state, member_number = excluded.member_number,
         statement = excluded.statement`,
      [
        [...standings.keys()],
        rows.map(({ state }) => state),
        rows.map(({ memberNumber }) => memberNumber),
        rows.map(({ statement }) => statement),
      ],
    )
  }

  private async send(tx: EntityManager, sending: readonly Message[], now: Date): Promise<void> {
    if (sending.length === 0) return
    const sent: { id: string }[] = await tx.query(
      `insert into message (id, dedup_key, registration_id, template, channel, text_zh, text_en, sent_at)
       select id, dedup_key, registration_id, template, 'page', text_zh, text_en, $7
       from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[])
         as m (id, dedup_key, registration_id, template, text_zh, text_en)
       on conflict (dedup_key) do nothing returning id`,
      [
        sending.map(({ id }) => id),
        sending.map(({ eventId, registrationId }) => `${eventId} ${registrationId}`),
        sending.map(({ registrationId }) => registrationId),
        sending.map(({ template }) => template),
        sending.map(({ text }) => text.zh),
        sending.map(({ text }) => text.en),
        now,
      ],
    )
    const fresh = new Set(sent.map(({ id }) => id))
    await this.log.append(
      tx,
      sending.flatMap(({ id: messageId, registrationId, template }) =>
        fresh.has(messageId)
          ? [newEvent(messageSent, { messageId, registrationId, template, channel: 'page' }, { now })]
          : [],
      ),
    )
  }
}
