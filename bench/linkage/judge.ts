import { type Evaluation, evaluate } from '#libs/linkage'
import type { Truth } from './files.ts'

/** The one evaluator for every engine: it sees clusters and truth, nothing else. */
export interface Judgement extends Evaluation {
  /** People of couples or fleets who share a cluster with their partner or a fleet mate, per 10,000 such people. */
  readonly unitMergesPer10k: number
}

/** @throws Error when the engine left records out. */
export function judge(clusters: ReadonlyMap<string, string>, truth: ReadonlyMap<string, Truth>): Judgement {
  const found: string[] = []
  const people: string[] = []
  for (const [id, { person }] of truth) {
    const cluster = clusters.get(id)
    if (cluster === undefined) throw new Error(`The engine left out record ${id}`)
    found.push(cluster)
    people.push(person)
  }
  return { ...evaluate(found, people), unitMergesPer10k: unitMerges(clusters, truth) }
}

function unitMerges(clusters: ReadonlyMap<string, string>, truth: ReadonlyMap<string, Truth>): number {
  const members = new Map<string, Set<string>>()
  const people = new Set<string>()
  for (const [id, { person, couple, fleet }] of truth) {
    if (couple === '' && fleet === '') continue
    people.add(person)
    const key = `${clusters.get(id)} ${couple ? 'couple' : 'fleet'} ${couple || fleet}`
    members.set(key, (members.get(key) ?? new Set()).add(person))
  }
  const merged = new Set<string>()
  for (const group of members.values()) if (group.size > 1) for (const person of group) merged.add(person)
  return people.size === 0 ? 0 : (10_000 * merged.size) / people.size
}
