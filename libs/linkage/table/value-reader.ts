import type { Value } from '../fields/field-type.ts'
import type { Column } from './table.ts'

const CACHE_SLOTS = 1 << 18

/** Reads values of a column, keeping recent ones so that memory stays bounded however many distinct texts there are. */
export class ValueReader {
  private readonly mask: number
  private readonly held: Int32Array
  private readonly cached: Value[] = []

  constructor(private readonly column: Column) {
    let slots = 16
    while (slots < column.pool.size && slots < CACHE_SLOTS) slots *= 2
    this.mask = slots - 1
    this.held = new Int32Array(slots).fill(-1)
  }

  read(id: number): Value {
    const slot = id & this.mask
    if (this.held[slot] === id) return this.cached[slot]!
    const value = this.column.type.read(this.column.pool.get(id))
    this.held[slot] = id
    this.cached[slot] = value
    return value
  }
}
