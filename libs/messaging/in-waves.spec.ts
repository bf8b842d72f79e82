import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { DomainEvent } from '#libs/contracts'
import { inWaves } from './in-waves.ts'

const events = fc
  .array(fc.record({ type: fc.constantFrom('a', 'b', 'c'), key: fc.constantFrom('1', '2', '3', '4') }), {
    maxLength: 60,
  })
  .map((kinds) => kinds.map((kind, at) => ({ ...kind, id: String(at) }) as DomainEvent))

function keyOrder(list: readonly DomainEvent[]): Record<string, string[]> {
  const ids: Record<string, string[]> = {}
  for (const { key, id } of list) ids[key] = [...(ids[key] ?? []), id]
  return ids
}

describe('inWaves', () => {
  it('keeps every event, and the order of every key', () => {
    fc.assert(fc.property(events, (list) => expect(keyOrder(inWaves(list).flat())).toEqual(keyOrder(list))))
  })

  it('puts one type into a wave', () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const wave of inWaves(list)) expect(new Set(wave.map(({ type }) => type)).size).toBe(1)
      }),
    )
  })

  it('makes one wave of events of one type, and one per type when keys differ', () => {
    const event = (type: string, key: string) => ({ type, key, id: type + key }) as DomainEvent
    expect(inWaves([event('a', '1'), event('a', '1'), event('a', '2')])).toHaveLength(1)
    expect(inWaves([event('a', '1'), event('b', '2'), event('a', '3'), event('b', '4')])).toHaveLength(2)
  })
})
