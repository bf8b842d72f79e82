/** Numbers blind keys from 0 in the order in which they come, in flat memory: a million records have ten million keys. */
export class KeyNumbers {
  private keys = new BigInt64Array(1024)
  private slots = new Int32Array(2048).fill(-1)
  size = 0

  /** The number of a key, a new one when it was not seen before. */
  add(key: bigint): number {
    const slot = this.slotOf(key)
    const known = this.slots[slot]!
    if (known >= 0) return known
    if (this.size === this.keys.length) {
      const larger = new BigInt64Array(this.size * 2)
      larger.set(this.keys)
      this.keys = larger
    }
    this.slots[slot] = this.size
    this.keys[this.size] = key
    this.size++
    if (this.size * 2 > this.slots.length) this.rehash()
    return this.size - 1
  }

  /** The number of a key; -1 when it was not seen. */
  find(key: bigint): number {
    return this.slots[this.slotOf(key)]!
  }

  keyOf(number: number): bigint {
    return this.keys[number]!
  }

  /** Keys are blinded, so that their low bits are spread as evenly as any hash. */
  private slotOf(key: bigint): number {
    const mask = this.slots.length - 1
    let slot = Number(BigInt.asIntN(32, key)) & mask
    for (let number = this.slots[slot]!; number >= 0 && this.keys[number] !== key; number = this.slots[slot]!) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1)
    for (let number = 0; number < this.size; number++) this.slots[this.slotOf(this.keys[number]!)] = number
  }
}
