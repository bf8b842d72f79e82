import { NumberList, type RuleKeys } from '#libs/linkage'
import { KeyNumbers } from './key-numbers.ts'
import { Turns } from './turns.ts'

/** The blind keys of records by position, and how many records have each. */
export class KeyBlocks {
  private readonly numbers = new KeyNumbers()
  private readonly rules = new NumberList()
  private readonly counts = new NumberList()
  private readonly hubs: boolean[] = []
  private readonly starts: number[] = [0]
  private readonly flat = new NumberList()
  private readonly gone = new Set<number>()
  private readonly knownHubs: Set<string>

  /**
   * @param limits how many records may share a key, by rule of the model
   * @param knownHubs keys that are hubs already, as decimal text
   */
  constructor(
    private readonly limits: readonly number[],
    knownHubs: ReadonlySet<string>,
  ) {
    this.knownHubs = new Set(knownHubs)
  }

  /** Gives the next record its keys. */
  add(keys: readonly { readonly rule: number; readonly key: string }[]): void {
    for (const number of new Set(keys.map(({ rule, key }) => this.numberOf(rule, key)))) {
      this.flat.push(number)
      this.counts.view()[number]!++
    }
    this.starts.push(this.flat.length)
  }

  remove(record: number): void {
    const counts = this.counts.view()
    for (const number of this.keysOf(record)) counts[number]!--
    this.gone.add(record)
  }

  /** Takes in hubs that others found; true when one of them was none here, though records have it. */
  learnHubs(keys: Iterable<string>): boolean {
    let news = false
    for (const key of keys) {
      if (this.knownHubs.has(key)) continue
      this.knownHubs.add(key)
      const number = this.numbers.find(BigInt(key))
      if (number < 0 || this.hubs[number]) continue
      this.hubs[number] = true
      news = true
    }
    return news
  }

  /** Makes keys above their limit hubs, which they stay; returns the new ones with one record of each. */
  async findHubs(): Promise<{ key: string; rule: number; record: number }[]> {
    const [counts, rules] = [this.counts.view(), this.rules.view()]
    const found = new Map<number, number>()
    counts.forEach((count, number) => {
      if (count > this.limits[rules[number]!]! && !this.hubs[number]) found.set(number, -1)
    })
    if (found.size === 0) return []
    await this.forEachRecord((record, numbers) => {
      for (const number of numbers) if (found.get(number) === -1) found.set(number, record)
    })
    return [...found].map(([number, record]) => {
      this.hubs[number] = true
      return { key: this.textOf(number), rule: rules[number]!, record }
    })
  }

  /** True when two records share a key that is no hub. */
  meet(a: number, b: number): boolean {
    const others = this.keysOf(b)
    return this.keysOf(a).some((number) => !this.hubs[number] && others.includes(number))
  }

  /** Everybody who has a key of the given records, these included, with the keys in question; hubs are no keys. */
  async sharing(records: readonly number[]): Promise<Map<number, string[]>> {
    const asked = new Set(records.flatMap((record) => [...this.keysOf(record)]).filter((number) => !this.hubs[number]))
    const found = new Map<number, string[]>()
    if (asked.size === 0) return found
    await this.forEachRecord((record, numbers) => {
      for (const number of numbers) {
        if (!asked.has(number)) continue
        const keys = found.get(record) ?? []
        keys.push(this.textOf(number))
        found.set(record, keys)
      }
    })
    return found
  }

  /**
   * The blocks that an offline run compares, under the numbers of the keys: equal numbers are equal blind keys, so exactly the
   * pairs that meet in real time are candidates here.
   */
  async ruleKeys(): Promise<RuleKeys[]> {
    const counts = this.counts.view()
    const byRule = this.limits.map(() => [] as number[])
    this.rules.view().forEach((rule, number) => {
      if (!this.hubs[number] && counts[number]! > 1) byRule[rule]!.push(number)
    })
    const blocks: RuleKeys[] = []
    for (const numbers of byRule) blocks.push(await this.blocksOf(numbers))
    return blocks
  }

  private async blocksOf(numbers: readonly number[]): Promise<RuleKeys> {
    const next = new Int32Array(this.numbers.size).fill(-1)
    const counts = this.counts.view()
    let length = 0
    for (const number of numbers) {
      next[number] = length
      length += counts[number]!
    }
    const offsets = new Int32Array(this.starts.length)
    const keys = new NumberList()
    const sorted = new BigUint64Array(length)
    const halves = new Uint32Array(sorted.buffer)
    await this.forEachRecord((record, own) => {
      for (const number of own) {
        const at = next[number]!
        if (at < 0) continue
        keys.push(number + 1)
        halves[2 * at] = record
        halves[2 * at + 1] = number + 1
        next[number] = at + 1
      }
      offsets[record + 1] = keys.length
    })
    return { offsets, keys: Uint32Array.from(keys.view()), sorted }
  }

  private keysOf(record: number): Int32Array {
    return this.gone.has(record) ? NONE : this.flat.view().subarray(this.starts[record], this.starts[record + 1])
  }

  private async forEachRecord(visit: (record: number, numbers: Int32Array) => void): Promise<void> {
    const turns = new Turns()
    for (let record = 0; record < this.starts.length - 1; record++) {
      visit(record, this.keysOf(record))
      if (turns.due()) await turns.give()
    }
  }

  private textOf(number: number): string {
    return this.numbers.keyOf(number).toString()
  }

  private numberOf(rule: number, key: string): number {
    const number = this.numbers.add(BigInt(key))
    if (number === this.rules.length) {
      this.rules.push(rule)
      this.counts.push(0)
      this.hubs.push(this.knownHubs.has(key))
    }
    return number
  }
}

const NONE = new Int32Array(0)
