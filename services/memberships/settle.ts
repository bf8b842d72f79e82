import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { EventLog } from '#libs/messaging'
import { changedCases, tellings } from './case-changes.ts'
import { CaseEvents } from './case-events.ts'
import { CaseStore, type Known } from './case-store.ts'
import { CaseWriter } from './case-writer.ts'
import { joinCases, type Picture } from './join-cases.ts'
import { Memberships } from './memberships.ts'
import { hear, type Registration, type Statement } from './statements.ts'

/** A statement with the id of the request or event that caused it. */
export interface Heard extends Statement {
  readonly trace: string | null
}

/** Follows what is said of registrations: whose they are, where they are placed, that they are to be erased. */
@Injectable()
export class Settlement {
  constructor(
    private readonly store: CaseStore,
    private readonly writer: CaseWriter,
    private readonly memberships: Memberships,
    private readonly caseEvents: CaseEvents,
    private readonly log: EventLog,
  ) {}

  /** Takes statements in and brings the cases of their people into order; what changed is published. */
  async hear(tx: EntityManager, statements: readonly Heard[]): Promise<void> {
    const known = await this.store.lock(
      tx,
      statements.map(({ registrationId }) => registrationId),
      statements.map(({ identityId }) => identityId),
    )
    const heard = new Map(known.registrations.map((each) => [each.registrationId, each]))
    for (const statement of statements) {
      heard.set(statement.registrationId, hear(heard.get(statement.registrationId)!, statement))
    }
    const traces = new Map(statements.map(({ registrationId, trace }) => [registrationId, trace]))
    await this.settle(tx, known, [...heard.values()], traces)
  }

  /** Deletes the personal data of registrations for good: what arrives of them later is not kept either. */
  async erase(tx: EntityManager, erasures: ReadonlyMap<string, Date>): Promise<void> {
    const known = await this.store.lock(tx, [...erasures.keys()], [])
    const erased = known.registrations.map((each): Registration => {
      const erasedAt = erasures.get(each.registrationId)
      if (!erasedAt || each.erasedAt) return each
      return { ...each, erasedAt, content: each.content && { ...each.content, sealed: '' } }
    })
    await this.settle(tx, known, erased, new Map())
    await this.memberships.markErased(tx, [...erasures.keys()])
  }

  private async settle(
    tx: EntityManager,
    known: Known,
    heard: readonly Registration[],
    traces: ReadonlyMap<string, string | null>,
  ): Promise<void> {
    const now = new Date()
    const before = new Map(known.registrations.map((each) => [each.registrationId, each]))
    const after = joinCases({ cases: known.cases, registrations: heard.flatMap(joinable) }, uuidv7)
    const homes = new Map(after.registrations.map(({ registrationId, caseId }) => [registrationId, caseId]))
    const settled = heard.map((each) => ({ ...each, caseId: homes.get(each.registrationId) ?? null }))

    const replaced = new Set(
      settled.flatMap(({ registrationId, contentRevision }) =>
        contentRevision === before.get(registrationId)!.contentRevision ? [] : [registrationId],
      ),
    )
    const changes = changedCases(known.cases, after, replaced)
    const contents = new Map(settled.map(({ registrationId, content }) => [registrationId, content]))
    await this.writer.writeCases(tx, changes, contents, now)
    const changed = settled.filter((each) => differs(each, before.get(each.registrationId)!))
    const isFresh = ({ registrationId }: Registration) => !isStored(before.get(registrationId)!)
    await this.writer.writeRegistrations(
      tx,
      changed.filter(isFresh),
      changed.filter((each) => !isFresh(each)),
      now,
    )
    const turns = await this.memberships.follow(tx, changes, now)
    const told = tellings({ cases: known.cases, registrations: known.registrations }, after)
    await this.log.append(
      tx,
      await this.caseEvents.of(tx, { told, turns, after, stored: known.cases, contents, traces, now }),
    )
  }
}

function joinable({ identityId, content, erasedAt, ...rest }: Registration): Picture['registrations'] {
  if (!identityId) return []
  const submittedAt = content?.submittedAt ?? new Date(0)
  return [{ ...rest, identityId, placed: content !== null, submittedAt, erased: erasedAt !== null }]
}

/** Nothing was ever written of a registration whose row is not there. */
function isStored({ identityId, erasedAt }: Registration): boolean {
  return identityId !== null || erasedAt !== null
}

function differs(a: Registration, b: Registration): boolean {
  return (
    a.identityId !== b.identityId ||
    a.identityRevision !== b.identityRevision ||
    a.contentRevision !== b.contentRevision ||
    a.caseId !== b.caseId ||
    a.erasedAt !== b.erasedAt
  )
}
