import { Injectable } from '@nestjs/common'
import { exclusiveText, keyTexts, type Model, type Table } from '#libs/linkage'
import { BlindIndex } from '#libs/privacy'

/** A blocking key: the rule that made it, and the blind key as decimal text of a signed 64-bit number. */
export interface BlockKey {
  readonly rule: string
  readonly key: string
}

/**
 * Blinds the keys under which records look for each other. 64 bits are enough here, unlike for an index that decides: two
 * values that meet by chance cost one comparison and never make a link.
 */
@Injectable()
export class BlockKeys {
  constructor(private readonly blind: BlindIndex) {}

  /** The keys of one record of a table, under every blind key in use: while keys change, old and new records must meet. */
  of(model: Model, table: Table, record: number): BlockKey[] {
    return keyTexts(model, table, record).flatMap(({ rule, text }) =>
      this.blind.leading64(`block ${rule}`, text).map((key) => ({ rule, key: key.toString() })),
    )
  }

  /**
   * What one person has only one of (a valid resident id), blinded under the key of that number; null when the record has none.
   * Two of these say of two records that they differ: all must be under one key.
   */
  exclusive(model: Model, table: Table, record: number, keyId: number): Buffer | null {
    const text = exclusiveText(model, table, record)
    return text === undefined ? null : this.blind.under(keyId, 'exclusive', text)
  }
}
