import { hashText } from './hash.ts'

/** Distinct texts numbered from 0, in flat arrays that worker threads can share without copying. */
export class StringPool {
  private units = new Uint16Array(1024)
  private ends = new Int32Array(256)
  private hashes = new Int32Array(256)
  private slots = new Int32Array(512).fill(-1)
  size = 0

  /** The number of a text, a new one when it was not seen before. */
  add(text: string): number {
    const hash = hashText(text) | 0
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (let id = this.slots[slot]!; id >= 0; id = this.slots[slot]!) {
      if (this.hashes[id] === hash && this.holds(id, text)) return id
      slot = (slot + 1) & mask
    }
    this.slots[slot] = this.size
    return this.append(text, hash)
  }

  /** The number of a text, -1 when it is not in the pool. */
  find(text: string): number {
    if (this.hashes.length < this.size) {
      for (let id = 0; id < this.size; id++) if (this.holds(id, text)) return id
      return -1
    }
    const hash = hashText(text) | 0
    const mask = this.slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot]!
      if (id < 0 || (this.hashes[id] === hash && this.holds(id, text))) return id
    }
  }

  get(id: number): string {
    const start = id === 0 ? 0 : this.ends[id - 1]!
    const end = this.ends[id]!
    let text = ''
    for (let i = start; i < end; i++) text += String.fromCharCode(this.units[i]!)
    return text
  }

  /** A copy in shared memory, to be read with {@link StringPool.fromShared}. */
  share(): SharedPool {
    const length = this.size === 0 ? 0 : this.ends[this.size - 1]!
    return {
      units: shared(Uint16Array, this.units.subarray(0, length)),
      ends: shared(Int32Array, this.ends.subarray(0, this.size)),
    }
  }

  /** A pool for reading only: `add` must not be called, and `find` looks at every text. */
  static fromShared({ units, ends }: SharedPool): StringPool {
    const pool = new StringPool()
    pool.units = units as Uint16Array<ArrayBuffer>
    pool.ends = ends as Int32Array<ArrayBuffer>
    pool.size = ends.length
    return pool
  }

  private holds(id: number, text: string): boolean {
    const start = id === 0 ? 0 : this.ends[id - 1]!
    if (this.ends[id]! - start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.units[start + i] !== text.charCodeAt(i)) return false
    return true
  }

  private append(text: string, hash: number): number {
    const id = this.size++
    const start = id === 0 ? 0 : this.ends[id - 1]!
    if (id === this.ends.length) {
      this.ends = grown(Int32Array, this.ends)
      this.hashes = grown(Int32Array, this.hashes)
    }
    while (start + text.length > this.units.length) this.units = grown(Uint16Array, this.units)
    for (let i = 0; i < text.length; i++) this.units[start + i] = text.charCodeAt(i)
    this.ends[id] = start + text.length
    this.hashes[id] = hash
    if (this.size * 2 > this.slots.length) this.rehash()
    return id
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & mask
      while (slots[slot]! >= 0) slot = (slot + 1) & mask
      slots[slot] = id
    }
    this.slots = slots
  }
}

export interface SharedPool {
  readonly units: Uint16Array
  readonly ends: Int32Array
}

interface ArrayType<T> {
  new (length: number): T
  new (buffer: SharedArrayBuffer): T
  readonly BYTES_PER_ELEMENT: number
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | BigUint64Array

/** A growing list of 32-bit numbers in flat memory. */
export class NumberList {
  private numbers = new Int32Array(256)
  length = 0

  push(value: number): void {
    if (this.length === this.numbers.length) this.numbers = grown(Int32Array, this.numbers)
    this.numbers[this.length++] = value
  }

  /** True when a number from position `from` on equals `value`. */
  includes(value: number, from: number): boolean {
    for (let i = from; i < this.length; i++) if (this.numbers[i] === value) return true
    return false
  }

  /** The numbers so far, not copied; unsigned numbers are read back through a Uint32Array view. */
  view(): Int32Array<ArrayBuffer> {
    return this.numbers.subarray(0, this.length)
  }
}

/** An array of twice the length with the same start. */
export function grown<T extends Numbers>(type: ArrayType<T>, from: T): T {
  const bigger = new type(Math.max(16, from.length * 2))
  bigger.set(from as never)
  return bigger
}

/** The same numbers in memory that worker threads share. */
export function shared<T extends Numbers>(type: ArrayType<T>, from: T): T {
  if (from.buffer instanceof SharedArrayBuffer) return from
  const copy = new type(new SharedArrayBuffer(from.length * type.BYTES_PER_ELEMENT))
  copy.set(from as never)
  return copy
}
