import type { EntityManager } from 'typeorm'
import type { DomainEvent } from '#libs/contracts'
import { arrayOf, type Bound, REFUSE_UNLESS, runTogether, TransactionConflict, withCommit } from '#libs/database'

/**
 * The events whose effect a consumer has had. The rows are written in the transaction of the effect, after it: the
 * handler takes its locks before the transaction gets its id (see EventLog on order).
 */
export class Inbox {
  constructor(private readonly consumer: string) {}

  /** The ids among `events` whose effect has happened. */
  async known(tx: EntityManager, events: readonly DomainEvent[]): Promise<Set<string>> {
    const [rows] = await runTogether<[KnownRow]>(tx, [this.asking(events)])
    return idsOf(rows)
  }

  /** What {@link known} asks, to be sent along with other questions. */
  asking(events: readonly DomainEvent[]): Bound {
    const days = events.map(dayOf)
    return {
      name: 'known events',
      text: `select i.event_id from unnest($1::uuid[], $3::date[]) as e (id, day)
         cross join lateral (
           select event_id from inbox
           where event_id = e.id and consumer = $2 and day = e.day and day between $4::date and $5::date limit 1) i`,
      // The first and the last day besides: by these, unlike by a row's own, partitions are left out before one is opened.
      values: [
        arrayOf(events.map((event) => event.id)),
        this.consumer,
        arrayOf(days),
        days.toSorted()[0],
        days.toSorted().at(-1),
      ],
    }
  }

  /** Remembers with the commit; the transaction is run again when somebody else has had one of the effects meanwhile. */
  remember(tx: EntityManager, events: readonly DomainEvent[]): void {
    if (events.length === 0) return
    withCommit(tx, () => ({
      name: 'remember events',
      text: `with remembered as (
         insert into inbox (event_id, consumer, day)
         select event_id, $2, day from unnest($1::uuid[], $3::date[]) as e (event_id, day)
         on conflict do nothing returning 1)
       select ${REFUSE_UNLESS('count(*) = cardinality($1)')} from remembered`,
      values: [arrayOf(events.map((event) => event.id)), this.consumer, arrayOf(events.map(dayOf))],
      refused: () => new TransactionConflict('an event of the batch was handled by somebody else'),
    }))
  }
}

/** An event whose effect has happened. */
export interface KnownRow {
  readonly event_id: string
}

export function idsOf(rows: readonly KnownRow[]): Set<string> {
  return new Set(rows.map((row) => row.event_id))
}

/** UTC day of the event, the same at every delivery: names the inbox partition. */
function dayOf(event: DomainEvent): string {
  const number = Math.floor(event.time.getTime() / MS_PER_DAY)
  if (number !== lastDay.number) lastDay = { number, name: event.time.toISOString().slice(0, 10) }
  return lastDay.name
}

const MS_PER_DAY = 86_400_000

/** Nearly all events are of one day, and its name is asked for twice an event. */
let lastDay = { number: Number.NaN, name: '' }
