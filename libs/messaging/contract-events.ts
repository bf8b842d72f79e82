/** Events from the catalogue, for the contract of the transports. */
import { randomUUID } from 'node:crypto'
import {
  codeIssued,
  codeRevoked,
  codeScanned,
  type DomainEvent,
  newEvent,
  registrationSubmitted,
  siteOpened,
} from '#libs/contracts'

export function opened(siteId: string): DomainEvent {
  const name = { zh: '锡山物流园', en: 'Xishan logistics park' }
  const data = { siteId, name, kind: 'logistics-park', division: '320205', federationId: null } as const
  return newEvent(siteOpened, { ...data, federationName: null }, { now: new Date() })
}

export function issued(siteId: string): DomainEvent {
  const data = { codeId: randomUUID(), token: 'K7QX2M', siteId, serial: 1, issuedAt: new Date().toISOString() }
  return newEvent(codeIssued, data, { now: new Date() })
}

export function revoked(siteId: string): DomainEvent {
  return newEvent(codeRevoked, { codeId: randomUUID(), siteId, reason: 'stolen' }, { now: new Date() })
}

export function scanned(): DomainEvent {
  const data = { scanId: randomUUID(), codeId: randomUUID(), siteId: randomUUID(), at: new Date().toISOString() }
  return newEvent(codeScanned, data, { now: new Date() })
}

export function submitted(): DomainEvent {
  const application = {
    registrationId: randomUUID(),
    submittedAt: new Date().toISOString(),
    channel: 'poster',
    platform: null,
    site: null,
    codeId: null,
    places: { plateCity: '无锡', household: null, residence: null, residenceStreet: null, routes: [] },
    sealed: 'sealed',
  } as const
  return newEvent(
    registrationSubmitted,
    { application: { ...application, places: { ...application.places, routes: [] } } },
    {
      now: new Date(),
      trace: 'request-1',
    },
  )
}

/** What happens at one site: events of several types with one key. */
export function lifeOf(siteId: string, events: number): DomainEvent[] {
  const kinds = [issued, issued, revoked]
  return [opened(siteId), ...Array.from({ length: events - 1 }, (_, at) => kinds[at % kinds.length]!(siteId))]
}

/** Lives of several sites, mixed so that each keeps its order. */
export function livesOf(sites: number, events: number): DomainEvent[] {
  const lives = Array.from({ length: sites }, () => lifeOf(randomUUID(), events))
  return Array.from({ length: events }, (_, at) => lives.map((life) => life[at]!)).flat()
}

/** The ids of events in their order, by key. */
export function idsByKey(events: Iterable<{ readonly id: string; readonly key: string }>): Record<string, string[]> {
  const ids: Record<string, string[]> = {}
  for (const { id, key } of events) {
    ids[key] ??= []
    ids[key].push(id)
  }
  return ids
}
