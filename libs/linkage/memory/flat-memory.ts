interface ArrayType<T> {
  new (length: number): T
  new (buffer: SharedArrayBuffer): T
  readonly BYTES_PER_ELEMENT: number
}

/** Arrays of numbers that are kept in flat memory. */
type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | BigUint64Array

/** Numbers that a list has room for at first: as many as cost no memory of their own, since most tables are tiny. */
export const FEW = 16

/** A growing list of 32-bit numbers in flat memory. */
export class NumberList {
  private numbers = new Int32Array(FEW)
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

  /** A list that starts with these numbers. */
  static from(numbers: Int32Array | Uint32Array): NumberList {
    const list = new NumberList()
    list.numbers = new Int32Array(Math.max(FEW, numbers.length))
    list.numbers.set(numbers)
    list.length = numbers.length
    return list
  }

  /** The numbers so far, not copied. */
  view(): Int32Array<ArrayBuffer> {
    return this.numbers.subarray(0, this.length)
  }

  /** The numbers so far as they were before they became signed, not copied. */
  unsigned(): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.numbers.buffer, 0, this.length)
  }
}

/** An array of twice the length with the same start. */
export function grown<T extends Numbers>(type: ArrayType<T>, from: T): T {
  const bigger = new type(Math.max(FEW, from.length * 2))
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
