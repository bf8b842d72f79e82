import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import {
  type DomainEvent,
  membershipEnded,
  membershipRestored,
  membershipReturned,
  newEvent,
  reviewAttached,
  reviewOpened,
} from '#libs/contracts'
import type { Telling } from './case-changes.ts'
import type { StoredCase } from './case-store.ts'
import type { Picture } from './join-cases.ts'
import type { MembershipTurn } from './memberships.ts'
import { rejectReasons, returnReasons } from './reason-codes.ts'
import { nextStatements } from './statement-numbers.ts'
import type { Content } from './statements.ts'

/** What happened when cases were brought into order. */
export interface Happened {
  readonly told: readonly Telling[]
  readonly turns: readonly MembershipTurn[]
  readonly after: Picture
  /** The cases as they were before; what is not in `after` has not changed. */
  readonly stored: readonly StoredCase[]
  readonly contents: ReadonlyMap<string, Content | null>
  readonly traces: ReadonlyMap<string, string | null>
  readonly now: Date
}

/** Puts into events what happened to cases and memberships. */
@Injectable()
export class CaseEvents {
  async of(tx: EntityManager, happened: Happened): Promise<DomainEvent[]> {
    const { told, turns } = happened
    const numbers = await nextStatements(tx, told.length + turns.length)
    return [
      ...turns.map((turn, at) => turnEvent(turn, numbers[at]!, happened)),
      ...told.map((telling, at) => tellingEvent(telling, numbers[turns.length + at]!, happened)),
    ]
  }
}

function tellingEvent(telling: Telling, statement: number, { stored, contents, traces, now }: Happened): DomainEvent {
  const { registrationId, identityId, caseId } = telling
  const options = { now, trace: traces.get(registrationId) ?? null }
  const found = stored.find((each) => each.caseId === caseId)
  if (telling.kind === 'opened') {
    const federationId = contents.get(registrationId)?.placement.federationId ?? null
    return newEvent(reviewOpened, { caseId, identityId, registrationId, federationId, statement }, options)
  }
  if (telling.kind === 'returned') {
    const reasonCode = found!.reasonCode as keyof typeof returnReasons
    return newEvent(
      membershipReturned,
      {
        caseId,
        identityId,
        registrationIds: [registrationId],
        siteId: found!.siteId,
        decidedAt: found!.decidedAt!.toISOString(),
        decidedBy: found!.decidedBy!,
        reasonCode,
        reason: { ...returnReasons, ...rejectReasons }[reasonCode],
        statement,
      },
      options,
    )
  }
  const member = found?.status === 'approved' ? found : undefined
  const attached = {
    caseId,
    identityId,
    registrationId,
    caseStatus: member ? ('approved' as const) : ('open' as const),
    memberNumber: member?.memberNumber ?? null,
    federationName: member?.federationName ?? null,
    statement,
  }
  return newEvent(reviewAttached, attached, options)
}

function turnEvent(turn: MembershipTurn, statement: number, { after, stored, now }: Happened): DomainEvent {
  const { memberId, caseId, identityId, entry } = turn
  const found = stored.find((each) => each.caseId === caseId)!
  const membership = {
    caseId,
    identityId,
    memberId,
    memberNumber: found.memberNumber!,
    registrationIds: after.registrations.flatMap((each) => (each.caseId === caseId ? [each.registrationId] : [])),
    siteId: found.siteId,
    approvedAt: found.joinedAt!.toISOString(),
    statement,
  }
  if (entry === 'restored') {
    return newEvent(membershipRestored, { ...membership, restoredAt: now.toISOString() }, { now })
  }
  const { mergedInto } = after.cases.find((each) => each.caseId === caseId)!
  const stays = stored.find((each) => each.caseId === mergedInto)!
  return newEvent(
    membershipEnded,
    {
      ...membership,
      reason: 'duplicate',
      endedAt: now.toISOString(),
      stays: { memberId: stays.memberId!, memberNumber: stays.memberNumber! },
    },
    { now },
  )
}
