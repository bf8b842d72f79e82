import type { EdgeList, Model } from '#libs/linkage'
import type { ScoredPair } from '../evidence/evidence.ts'
import type { KeyedRecord } from '../records/record-store.ts'
import { KeyBlocks } from './key-blocks.ts'
import { Integers } from './key-numbers.ts'

/** A key that became a hub. */
export interface FoundHub {
  readonly key: string
  readonly rule: string
  readonly example: string
}

/**
 * All records under one model: which they are, their keys, and every pair that the model keeps, in flat memory. Positions are
 * no identities: a record that came again in a newer version has a new one.
 */
export class LinkedRecords {
  readonly ids: string[] = []
  readonly versions = new Integers()
  readonly exclusives: (string | null)[] = []
  readonly isRegistration: boolean[] = []
  readonly position = new Map<string, number>()
  readonly hubs: FoundHub[] = []
  private readonly blocks: KeyBlocks
  private readonly rules: ReadonlyMap<string, number>
  private a = new Integers()
  private b = new Integers()
  private weight = new Integers()
  /** Levels of all pairs one after the other, as many as the model has comparisons. */
  private levels = new Integers()

  constructor(
    public model: Model,
    knownHubs: ReadonlySet<string>,
  ) {
    this.blocks = new KeyBlocks(
      model.blocking.map(({ limit }) => limit),
      knownHubs,
    )
    this.rules = new Map(model.blocking.map(({ name }, rule) => [name, rule]))
  }

  /** Goes on under another model with the same fields and rules, before any pair was learned. */
  adopt(model: Model): void {
    if (this.a.length > 0) throw new Error('pairs were learned under another model')
    this.model = model
  }

  get size(): number {
    return this.ids.length
  }

  get edges(): EdgeList {
    return { a: this.a.view(), b: this.b.view(), weight: this.weight.view() }
  }

  levelsOf(edge: number): Int32Array {
    const { length } = this.model.comparisons
    return this.levels.view(edge * length, (edge + 1) * length)
  }

  add({ content: { id, version, kind }, keys, exclusive }: KeyedRecord): void {
    this.position.set(id, this.ids.length)
    this.ids.push(id)
    this.versions.push(version)
    this.isRegistration.push(kind === 'registration')
    this.exclusives.push(exclusive?.toString('hex') ?? null)
    this.blocks.add(keys.map(({ rule, key }) => ({ rule: this.rules.get(rule)!, key })))
  }

  /** Makes keys above their limit hubs; pairs that met under these alone are no pairs any more. */
  limitHubs(): void {
    const found = this.blocks.findHubs()
    if (found.length === 0) return
    for (const { key, rule, record } of found) {
      this.hubs.push({ key, rule: this.model.blocking[rule]!.name, example: this.ids[record]! })
    }
    this.keepEdges((a, b) => this.blocks.meet(a, b))
  }

  /** The blocks of {@link scoreInParallel}. */
  ruleKeys() {
    return this.blocks.ruleKeys()
  }

  /** Everybody who shares a key with the given records, these included, by id, with the keys in question. */
  sharing(ids: readonly string[]): Map<string, string[]> {
    const found = this.blocks.sharing(ids.map((id) => this.position.get(id)!))
    return new Map([...found].map(([record, keys]) => [this.ids[record]!, keys]))
  }

  learn(a: number, b: number, weight: number, levels: ArrayLike<number>): void {
    this.a.push(a)
    this.b.push(b)
    this.weight.push(weight)
    for (let k = 0; k < levels.length; k++) this.levels.push(levels[k]!)
  }

  /** Pairs that were scored just now; what was scored on other versions than these is left out. */
  learnPairs(pairs: readonly ScoredPair[]): void {
    const versions = this.versions.view()
    for (const { lo, hi, loVersion, hiVersion, weight, levels } of pairs) {
      const [a, b] = [this.position.get(lo), this.position.get(hi)]
      if (a === undefined || b === undefined) continue
      if (versions[a] === loVersion && versions[b] === hiVersion) this.learn(a, b, weight, levels)
    }
  }

  /** Takes records out, with their keys and pairs. */
  remove(ids: readonly string[]): void {
    const removed = new Set(ids.flatMap((id) => this.position.get(id) ?? []))
    for (const record of removed) {
      this.blocks.remove(record)
      this.position.delete(this.ids[record]!)
    }
    if (removed.size > 0) this.keepEdges((a, b) => !removed.has(a) && !removed.has(b))
  }

  private keepEdges(wanted: (a: number, b: number) => boolean): void {
    const { a, b, weight } = this.edges
    const { length } = this.model.comparisons
    const levels = this.levels.view()
    this.a = new Integers()
    this.b = new Integers()
    this.weight = new Integers()
    this.levels = new Integers()
    for (let edge = 0; edge < a.length; edge++) {
      if (!wanted(a[edge]!, b[edge]!)) continue
      this.learn(a[edge]!, b[edge]!, weight[edge]!, levels.subarray(edge * length, (edge + 1) * length))
    }
  }
}
