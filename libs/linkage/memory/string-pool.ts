import { FEW, grown, shared } from './flat-memory.ts'
import { hashText } from './hash.ts'

/** Distinct texts numbered from 0, in flat arrays that worker threads can share without copying. */
export class StringPool {
  private units = new Uint16Array(2 * FEW)
  private ends = new Int32Array(FEW)
  private hashes = new Int32Array(FEW)
  /** Hash table of the numbers; made when it is first needed. */
  private slots = new Int32Array(0)
  size = 0

  /** The number of a text, a new one when it was not seen before. */
  add(text: string): number {
    const hash = this.place(text)
    const slot = this.slotOf(text.length, hash)
    return this.slots[slot]! >= 0 ? this.slots[slot]! : this.keep(slot, text.length, hash)
  }

  /** {@link add} for text `id` of another pool. */
  addFrom(pool: StringPool, id: number): number {
    const from = pool.startOf(id)
    const length = pool.ends[id]! - from
    this.reserve(length)
    const to = this.startOf(this.size)
    for (let i = 0; i < length; i++) this.units[to + i] = pool.units[from + i]!
    const slot = this.slotOf(length, pool.hashes[id]!)
    return this.slots[slot]! >= 0 ? this.slots[slot]! : this.keep(slot, length, pool.hashes[id]!)
  }

  /** The number of a text, -1 when it is not in the pool. */
  find(text: string): number {
    return this.slots[this.slotOf(text.length, this.place(text))]!
  }

  get(id: number): string {
    const end = this.ends[id]!
    let text = ''
    for (let i = this.startOf(id); i < end; i++) text += String.fromCharCode(this.units[i]!)
    return text
  }

  /** In shared memory, to be read with {@link StringPool.fromShared}; a copy unless it is already. */
  share(): SharedPool {
    return {
      units: shared(Uint16Array, this.units.subarray(0, this.startOf(this.size))),
      ends: shared(Int32Array, this.ends.subarray(0, this.size)),
      hashes: shared(Int32Array, this.hashes.subarray(0, this.size)),
    }
  }

  /** A pool over shared memory, which it never writes to: what is added later goes to a copy. */
  static fromShared({ units, ends, hashes }: SharedPool): StringPool {
    const pool = new StringPool()
    pool.units = units as Uint16Array<ArrayBuffer>
    pool.ends = ends as Int32Array<ArrayBuffer>
    pool.hashes = hashes as Int32Array<ArrayBuffer>
    pool.size = ends.length
    return pool
  }

  private startOf(id: number): number {
    return id === 0 ? 0 : this.ends[id - 1]!
  }

  private reserve(length: number): void {
    while (this.startOf(this.size) + length > this.units.length) this.units = grown(Uint16Array, this.units)
  }

  /** Writes a text behind the last one, not yet as part of the pool, and hashes it. */
  private place(text: string): number {
    this.reserve(text.length)
    const start = this.startOf(this.size)
    for (let i = 0; i < text.length; i++) this.units[start + i] = text.charCodeAt(i)
    return hashText(text) | 0
  }

  /** The slot of a text that was placed, or the empty one where it belongs. */
  private slotOf(length: number, hash: number): number {
    if (this.slots.length < 2 * this.size + 2) this.rehash()
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (let id = this.slots[slot]!; id >= 0; id = this.slots[slot]!) {
      if (this.hashes[id] === hash && this.isPlaced(id, length)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  private isPlaced(id: number, length: number): boolean {
    const start = this.startOf(id)
    if (this.ends[id]! - start !== length) return false
    const placed = this.startOf(this.size)
    for (let i = 0; i < length; i++) if (this.units[start + i] !== this.units[placed + i]) return false
    return true
  }

  /** Makes the text that was placed part of the pool. */
  private keep(slot: number, length: number, hash: number): number {
    const id = this.size++
    if (id === this.ends.length) {
      this.ends = grown(Int32Array, this.ends)
      this.hashes = grown(Int32Array, this.hashes)
    }
    this.ends[id] = this.startOf(id) + length
    this.hashes[id] = hash
    this.slots[slot] = id
    return id
  }

  private rehash(): void {
    let length = FEW
    while (length < 4 * this.size) length *= 2
    const slots = new Int32Array(length).fill(-1)
    const mask = length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & mask
      while (slots[slot]! >= 0) slot = (slot + 1) & mask
      slots[slot] = id
    }
    this.slots = slots
  }
}

/** A pool's arrays in shared memory. */
export interface SharedPool {
  readonly units: Uint16Array
  readonly ends: Int32Array
  readonly hashes: Int32Array
}
