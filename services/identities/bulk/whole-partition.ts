import { changeOf, type PartitionChange } from '../partition/decide-partition.ts'
import type { Decision, Edge, Member } from '../partition/neighbourhood.ts'
import { type Suspicion, suspicionsOf } from '../partition/suspicions.ts'
import type { LinkedRecords } from './linked-records.ts'
import type { PresentRecord, PresentState } from './present-state.ts'
import { Turns } from './turns.ts'

/** What a partition of everything changes in the one in force. */
export interface WholeChange {
  /** Only the people that change; the suspicions are all there are. */
  readonly change: PartitionChange
  /** Decisions in force, with whose the records are from now on. */
  readonly decisions: readonly Decision[]
  /** Pairs among the records that change. */
  readonly edges: readonly Edge[]
}

/** People as they are and as they come out. */
export interface PeopleCompared {
  /** The records of people that are not exactly the records of one identity: by person, sorted. */
  readonly changed: readonly (readonly string[])[]
  /** People with at least one record, before and after. */
  readonly before: number
  readonly after: number
}

/** Compares the people by position in `clusterOf` with the identities in force. */
export async function comparePeople(
  records: LinkedRecords,
  clusterOf: Int32Array,
  present: ReadonlyMap<string, PresentRecord>,
): Promise<PeopleCompared> {
  const turns = new Turns()
  const numbers = new Map<string, number>()
  const recordsOf: number[] = []
  // By person: its records, and the number of their one identity, -1 when they have none or several.
  const sizes = new Int32Array(clusterOf.length)
  const identityOf = new Int32Array(clusterOf.length)
  let after = 0
  for (const [id, at] of records.position) {
    if (turns.due()) await turns.give()
    const number = numberOf(present.get(id)!.identityId, numbers)
    if (number >= 0) recordsOf[number] = (recordsOf[number] ?? 0) + 1
    const root = clusterOf[at]!
    if (sizes[root] === 0) {
      after += 1
      identityOf[root] = number
    } else if (identityOf[root] !== number) identityOf[root] = -1
    sizes[root]!++
  }
  const changed = new Map<number, string[]>()
  for (const [id, at] of records.position) {
    if (turns.due()) await turns.give()
    const root = clusterOf[at]!
    if (identityOf[root]! >= 0 && recordsOf[identityOf[root]!] === sizes[root]) continue
    const others = changed.get(root)
    if (others) others.push(id)
    else changed.set(root, [id])
  }
  const sorted = [...changed.values()].map((ids) => ids.sort()).sort(([x], [y]) => (x! < y! ? -1 : 1))
  return { changed: sorted, before: numbers.size, after }
}

function numberOf(identityId: string | null, numbers: Map<string, number>): number {
  if (identityId === null) return -1
  const known = numbers.get(identityId)
  if (known !== undefined) return known
  numbers.set(identityId, numbers.size)
  return numbers.size - 1
}

/** What a change of everything is worked out from. */
export interface WholeChangeInput {
  readonly records: LinkedRecords
  readonly clusterOf: Int32Array
  readonly changed: PeopleCompared['changed']
  readonly present: PresentState
  /** As in {@link changeOf}, of the records of `changed`. */
  readonly past: ReadonlyMap<string, readonly string[]>
  readonly newId: () => string
}

/** What becomes of the partition in force. */
export async function wholeChange({
  records,
  clusterOf,
  changed,
  present: { records: present, decisions, items },
  past,
  newId,
}: WholeChangeInput): Promise<WholeChange> {
  const memberOf = (id: string): Member => {
    const at = records.position.get(id)!
    const { version, identityId, revision } = present.get(id)!
    const kind = records.isRegistration[at] ? 'registration' : 'lead'
    return { id, kind, version, exclusive: records.exclusives[at]!, identityId, revision, inside: true }
  }
  const change = changeOf(changed, changed.flat().map(memberOf), past, newId)
  const moved = new Map(change.clusters.flatMap(({ identityId, members }) => members.map(({ id }) => [id, identityId])))
  const identityOf = (id: string) => moved.get(id) ?? present.get(id)?.identityId ?? null
  const placed = decisions.map((decision) => ({
    ...decision,
    identityA: identityOf(decision.a),
    identityB: identityOf(decision.b),
  }))
  const { review } = records.model.thresholds
  const crossing = await edgesWhere(records, (a, b, weight) => weight >= review && clusterOf[a] !== clusterOf[b])
  const people = await peopleOf(records, clusterOf, crossing)
  const suspicions: Suspicion[] = suspicionsOf(
    people.map((ids) => ({ identityId: identityOf(ids[0]!)!, origin: 'kept', members: ids.map(memberOf) })),
    [],
    crossing,
    placed,
    records.model.thresholds,
  )
  const within = new Uint8Array(records.size)
  for (const id of moved.keys()) within[records.position.get(id)!] = 1
  return {
    change: {
      ...change,
      suspicions,
      touched: [...new Set([...items, ...suspicions].flatMap(({ lo, hi }) => [lo, hi]))],
      deferred: [],
    },
    decisions: placed,
    edges: moved.size === 0 ? [] : await edgesWhere(records, (a, b) => within[a] === 1 && within[b] === 1),
  }
}

/** All records of the people between whom there are some pairs. */
async function peopleOf(records: LinkedRecords, clusterOf: Int32Array, pairs: readonly Edge[]): Promise<string[][]> {
  const turns = new Turns()
  const people = new Map<number, string[]>()
  for (const { a, b } of pairs) {
    for (const id of [a, b]) people.set(clusterOf[records.position.get(id)!]!, [])
  }
  for (const [id, at] of records.position) {
    people.get(clusterOf[at]!)?.push(id)
    if (turns.due()) await turns.give()
  }
  return [...people.values()]
}

async function edgesWhere(
  records: LinkedRecords,
  wanted: (a: number, b: number, weight: number) => boolean,
): Promise<Edge[]> {
  const turns = new Turns()
  const { a, b, weight } = records.edges
  const found: Edge[] = []
  for (let edge = 0; edge < a.length; edge++) {
    if (turns.due()) await turns.give()
    if (!wanted(a[edge]!, b[edge]!, weight[edge]!)) continue
    const [x, y] = [records.ids[a[edge]!]!, records.ids[b[edge]!]!]
    const [lo, hi] = x < y ? [x, y] : [y, x]
    found.push({ a: lo, b: hi, weight: weight[edge]!, levels: Array.from(records.levelsOf(edge)) })
  }
  return found
}
