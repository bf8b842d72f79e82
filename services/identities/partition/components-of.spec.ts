import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { componentsOf } from './components-of.ts'
import { decision, edge, member } from './partition-for-specs.ts'

const MERGE = 6000

describe('the components of records', () => {
  const records = ['d', 'c', 'b', 'a'].map((id) => member(id))

  it('are joined by what weighs enough to merge, and by nothing weaker', () => {
    const edges = [edge('a', 'b', MERGE), edge('b', 'c', MERGE - 1), edge('c', 'd', -MERGE)]
    expect(componentsOf(records, edges, [], MERGE)).toEqual([['d'], ['c'], ['a', 'b']])
  })

  it('are joined by must-links, not by cannot-links', () => {
    const decisions = [decision('must', 'a', 'c'), decision('cannot', 'b', 'd')]
    expect(componentsOf(records, [], decisions, MERGE)).toEqual([['d'], ['a', 'c'], ['b']])
  })

  it('are joined by an identity, however many records it has', () => {
    const known = [member('a', 'x'), member('b'), member('c', 'x'), member('d', 'x'), member('e', 'y')]
    expect(componentsOf(known, [], [], MERGE)).toEqual([['a', 'c', 'd'], ['b'], ['e']])
  })

  it('leave out whatever is said of records that are not there', () => {
    const edges = [edge('a', 'unknown', MERGE), edge('unknown', 'b', MERGE)]
    expect(componentsOf(records, edges, [decision('must', 'c', 'unknown')], MERGE)).toHaveLength(4)
  })

  it('are exactly the records that lead to one another, in whatever order all is said', () => {
    const id = fc.constantFrom(...'abcdefgh')
    const identities = fc.array(fc.option(fc.constantFrom('x', 'y', 'z')), { minLength: 8, maxLength: 8 })
    const links = fc.array(fc.tuple(id, id, fc.constantFrom('strong', 'weak', 'must', 'cannot'), fc.boolean()), {
      maxLength: 10,
    })
    fc.assert(
      fc.property(identities, links, (identityIds, said) => {
        const all = [...'abcdefgh'].map((each, at) => member(each, identityIds[at]))
        const edges = said.flatMap(([a, b, kind]) =>
          kind === 'strong' ? [edge(a, b, MERGE)] : kind === 'weak' ? [edge(a, b, MERGE - 1)] : [],
        )
        const decisions = said.flatMap(([a, b, kind]) =>
          kind === 'must' || kind === 'cannot' ? [decision(kind, a, b)] : [],
        )
        const neighbours = (of: string) => [
          ...said.flatMap(([a, b, kind]) =>
            (kind === 'strong' || kind === 'must') && (a === of || b === of) ? [a, b] : [],
          ),
          ...all.flatMap(({ id: other, identityId }) =>
            identityId !== null && identityId === all.find((each) => each.id === of)!.identityId ? [other] : [],
          ),
        ]
        const reached = (from: string) => {
          const found = new Set([from])
          for (const each of found) for (const next of neighbours(each)) found.add(next)
          return [...found].sort()
        }
        const found = componentsOf(all, edges, decisions, MERGE)
        expect(found.flat().sort()).toEqual([...'abcdefgh'])
        for (const component of found) expect(component).toEqual(reached(component[0]!))
        const turned = componentsOf(all.toReversed(), edges.toReversed(), decisions.toReversed(), MERGE)
        expect(turned.map(String).sort()).toEqual(found.map(String).sort())
      }),
    )
  })
})
