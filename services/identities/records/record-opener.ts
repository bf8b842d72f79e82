import { Injectable } from '@nestjs/common'
import { FieldCipher } from '#libs/privacy'
import { type Person, type PersonRow, type RecordContent, rowOf, sealedOf } from './record-content.ts'

/** Opens records, to compare and to review them: the one place of this service where their seal is opened. */
@Injectable()
export class RecordOpener {
  constructor(private readonly cipher: FieldCipher) {}

  /** @throws {SealedDataError} when the content was sealed with another key, or changed */
  open(content: RecordContent): Person {
    const { text, context } = sealedOf(content)
    return JSON.parse(this.cipher.open(text, context))
  }

  /** The record as the linkage model reads it. */
  row(content: RecordContent): PersonRow {
    return rowOf(content, this.open(content))
  }
}
