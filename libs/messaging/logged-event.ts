import type { DomainEvent } from '#libs/contracts'

/** How far one partition has been read: everything up to and including this event. */
export interface Position {
  readonly partition: number
  /** Transaction id (xid8) as decimal text: it exceeds 2^53. */
  readonly xid: string
  readonly id: string
  /** UTC day of the event, `YYYY-MM-DD`; only narrows the search. */
  readonly day: string
}

/** An event together with the position that reading it leads to, and how long its data are as JSON, in UTF-16 units. */
export interface LoggedEvent extends DomainEvent {
  readonly position: Position
  readonly length: number
}
