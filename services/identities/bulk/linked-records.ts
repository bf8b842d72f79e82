import { type EdgeList, type Model, NumberList } from '#libs/linkage'
import type { ScoredPair } from '../evidence/evidence.ts'
import type { Hub } from '../evidence/hubs.ts'
import type { KeyedRecord } from '../records/record-store.ts'
import { KeyBlocks } from './key-blocks.ts'
import { Turns } from './turns.ts'

/**
 * All records under one model: which they are, their keys, and every pair that the model keeps, in flat memory. Positions are
 * no identities: a record that came again in a newer version has a new one.
 */
export class LinkedRecords {
  readonly ids: string[] = []
  readonly versions = new NumberList()
  readonly exclusives: (string | null)[] = []
  readonly isRegistration: boolean[] = []
  readonly position = new Map<string, number>()
  /** Positions that were taken out again, oldest first. */
  readonly removed: number[] = []
  readonly hubs: Hub[] = []
  /** How often pairs went because their keys became hubs. */
  hubChanges = 0
  /** Ids up to here ascend. */
  private inOrder = 0
  private readonly blocks: KeyBlocks
  private readonly rules: ReadonlyMap<string, number>
  private a = new NumberList()
  private b = new NumberList()
  private weight = new NumberList()
  /** Levels of all pairs one after the other, as many as the model has comparisons. */
  private levels = new NumberList()

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
    return this.levels.view().subarray(edge * length, (edge + 1) * length)
  }

  add({ content: { id, version, kind }, keys, exclusive }: KeyedRecord): void {
    if (this.inOrder === this.ids.length && (this.inOrder === 0 || this.ids.at(-1)! < id)) this.inOrder += 1
    this.position.set(id, this.ids.length)
    this.ids.push(id)
    this.versions.push(version)
    this.isRegistration.push(kind === 'registration')
    this.exclusives.push(exclusive?.toString('hex') ?? null)
    this.blocks.add(keys.map(({ rule, key }) => ({ rule: this.rules.get(rule)!, key })))
  }

  /** The ids of all records that are there, in order. */
  *idsInOrder(): Generator<string> {
    const late = [...new Set(this.ids.slice(this.inOrder))]
      .filter((id) => this.position.get(id)! >= this.inOrder)
      .sort()
    let next = 0
    for (let at = 0; at < this.inOrder; at++) {
      const id = this.ids[at]!
      while (next < late.length && late[next]! < id) yield late[next++]!
      if (this.position.get(id) === at) yield id
    }
    yield* late.slice(next)
  }

  /**
   * Makes keys above their limit hubs, besides those that are by now; pairs that met under these alone are no pairs any more.
   *
   * @param known all hubs in the database: a key that more records had for a while stays one when it has fewer again
   */
  async limitHubs(known: Iterable<string>): Promise<void> {
    const news = this.blocks.learnHubs(known)
    const found = await this.blocks.findHubs()
    for (const { key, rule, record } of found) {
      this.hubs.push({ key, rule: this.model.blocking[rule]!.name, example: this.ids[record]! })
    }
    if (!news && found.length === 0) return
    this.hubChanges += 1
    await this.keepEdges((a, b) => this.blocks.meet(a, b))
  }

  /** The blocks of `scoreInParallel`. */
  async ruleKeys() {
    return this.blocks.ruleKeys()
  }

  /** Everybody who shares a key with the given records, these included, by id, with the keys in question. */
  async sharing(ids: readonly string[]): Promise<Map<string, string[]>> {
    const found = await this.blocks.sharing(ids.map((id) => this.position.get(id)!))
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
  async remove(ids: readonly string[]): Promise<void> {
    const removed = new Set(ids.flatMap((id) => this.position.get(id) ?? []))
    for (const record of removed) {
      this.blocks.remove(record)
      this.position.delete(this.ids[record]!)
      this.removed.push(record)
    }
    if (removed.size > 0) await this.keepEdges((a, b) => !removed.has(a) && !removed.has(b))
  }

  private async keepEdges(wanted: (a: number, b: number) => boolean): Promise<void> {
    const turns = new Turns()
    const { a, b, weight } = this.edges
    const { length } = this.model.comparisons
    const levels = this.levels.view()
    this.a = new NumberList()
    this.b = new NumberList()
    this.weight = new NumberList()
    this.levels = new NumberList()
    for (let edge = 0; edge < a.length; edge++) {
      if (turns.due()) await turns.give()
      if (!wanted(a[edge]!, b[edge]!)) continue
      this.learn(a[edge]!, b[edge]!, weight[edge]!, levels.subarray(edge * length, (edge + 1) * length))
    }
  }
}
