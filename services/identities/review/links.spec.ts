import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { partition } from '#libs/linkage'
import type { Decision, Edge, Member } from '../partition/neighbourhood.ts'
import { type DecisionLink, differenceLinks, joiningLinks, partingLinks } from './links.ts'

const options = { merge: 6000, missing: -1500, maxComponent: 2000 }

interface Known {
  readonly members: readonly Member[]
  readonly edges: readonly Edge[]
  readonly decisions: readonly Decision[]
}

function member(id: string, exclusive: string | null = null): Member {
  return { id, kind: 'registration', version: 1, exclusive, identityId: null, revision: 0, inside: true }
}

function edge(a: string, b: string, weight: number): Edge {
  return { a, b, weight, levels: [] }
}

function people({ members, edges, decisions }: Known, links: readonly DecisionLink[] = []): (readonly string[])[] {
  const all = [
    ...decisions,
    ...links.map(({ lo, hi, kind, override }) => ({ a: lo, b: hi, kind, override: override !== null })),
  ]
  const records = members.map(({ id, exclusive }) => ({ id, exclusive: exclusive ?? undefined }))
  return [...partition(records, edges, all, options).clusters]
}

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

/** Some records with evidence, ids and decisions of any kind. */
const known = fc
  .record({
    exclusives: fc.array(fc.constantFrom(null, null, null, 'p', 'q'), { minLength: ids.length, maxLength: ids.length }),
    weights: fc.array(fc.constantFrom(null, null, -4000, 2000, 7000, 15_000), { minLength: 21, maxLength: 21 }),
    decided: fc.array(fc.constantFrom(null, null, null, null, 'must', 'cannot'), { minLength: 21, maxLength: 21 }),
  })
  .map(({ exclusives, weights, decided }): Known => {
    const pairs = ids.flatMap((x, at) => ids.slice(at + 1).map((y) => [x, y] as const))
    return {
      members: ids.map((id, at) => member(id, exclusives[at]!)),
      edges: pairs.flatMap(([x, y], at) => (weights[at] === null ? [] : [edge(x, y, weights[at]!)])),
      decisions: pairs.flatMap(([a, b], at) => {
        const kind = decided[at]
        return kind ? [{ a, b, kind: kind as 'must' | 'cannot', identityA: null, identityB: null }] : []
      }),
    }
  })

describe('joining', () => {
  it('makes two people one whatever the rest of the evidence says, or finds that it is forbidden', () => {
    let joined = 0
    fc.assert(
      fc.property(known, fc.boolean(), (all, override) => {
        const [lo, hi] = people(all)
        if (!hi) return
        const links = joiningLinks(all, lo!, hi, override, options)
        if (!links) return
        joined++
        const together = people(all, links).find((records) => records.includes(lo![0]!))!
        expect(together).toEqual(expect.arrayContaining([...lo!, ...hi]))
      }),
      { numRuns: 300 },
    )
    expect(joined).toBeGreaterThan(30)
  })

  it('links no more than the strongest pair and the lowest records where that is enough', () => {
    const all = {
      members: ['a', 'b', 'c', 'd'].map((id) => member(id)),
      edges: [edge('a', 'b', 9000), edge('c', 'd', 12_000), edge('b', 'c', 5000), edge('a', 'd', 4000)],
      decisions: [],
    }
    const links = joiningLinks(all, ['a', 'b'], ['c', 'd'], false, options)
    expect(links).toEqual([
      { lo: 'b', hi: 'c', kind: 'must', override: null },
      { lo: 'a', hi: 'c', kind: 'must', override: null },
    ])
  })

  it('takes every record along that the evidence would leave behind', () => {
    const all = {
      members: ['a', 'b', 'c'].map((id) => member(id)),
      edges: [edge('a', 'b', 6100), edge('a', 'c', 3000)],
      decisions: [],
    }
    expect(people(all)).toEqual([['a', 'b'], ['c']])
    const links = joiningLinks(all, ['a', 'b'], ['c'], false, options)!
    expect(people(all, links)).toEqual([['a', 'b', 'c']])
  })

  it('joins different resident ids with an override only', () => {
    const all = { members: [member('a', 'p'), member('b', 'q')], edges: [edge('a', 'b', 7000)], decisions: [] }
    expect(joiningLinks(all, ['a'], ['b'], false, options)).toBeNull()
    const override = { lo: 'p', hi: 'q' }
    expect(joiningLinks(all, ['a'], ['b'], true, options)).toEqual([{ lo: 'a', hi: 'b', kind: 'must', override }])
    expect(joiningLinks(all, ['b'], ['a'], true, options)).toEqual([{ lo: 'a', hi: 'b', kind: 'must', override }])
  })

  it('does not go against people who said that they are different', () => {
    const cannot = { a: 'a', b: 'b', kind: 'cannot' as const, identityA: null, identityB: null }
    const all = { members: [member('a'), member('b')], edges: [edge('a', 'b', 7000)], decisions: [cannot] }
    expect(joiningLinks(all, ['a'], ['b'], true, options)).toBeNull()
  })
})

describe('parting', () => {
  it('takes exactly the part out, as one person', () => {
    let parted = 0
    fc.assert(
      fc.property(known, fc.nat(), (all, seed) => {
        const person = people(all).find(({ length }) => length > 1)
        if (!person) return
        const part = person.filter((_, at) => (seed >> at) & 1)
        const rest = person.filter((id) => !part.includes(id))
        if (part.length === 0 || rest.length === 0) return
        const links = partingLinks(all, part, rest, options)
        if (!links) return
        parted++
        const after = people(all, links).find((records) => records.includes(part[0]!))!
        expect(after).toEqual(expect.arrayContaining(part))
        expect(after.filter((id) => rest.includes(id))).toEqual([])
      }),
      { numRuns: 300 },
    )
    expect(parted).toBeGreaterThan(30)
  })

  it('wins over must-links across', () => {
    const must = { a: 'b', b: 'c', kind: 'must' as const, identityA: null, identityB: null }
    const all = { members: ['a', 'b', 'c'].map((id) => member(id)), edges: [edge('a', 'b', 9000)], decisions: [must] }
    const links = partingLinks(all, ['c'], ['a', 'b'], options)!
    expect(people(all, links)).toEqual([['a', 'b'], ['c']])
  })
})

it('a difference names every pair with evidence, and the lowest records', () => {
  const all = {
    members: ['a', 'b', 'c', 'd'].map((id) => member(id)),
    edges: [edge('b', 'c', 2000), edge('d', 'b', -3000), edge('a', 'b', 9000)],
    decisions: [],
  }
  expect(differenceLinks(all, ['a', 'b'], ['c', 'd']).map(({ lo, hi, kind }) => [lo, hi, kind])).toEqual([
    ['b', 'c', 'cannot'],
    ['b', 'd', 'cannot'],
    ['a', 'c', 'cannot'],
  ])
})
