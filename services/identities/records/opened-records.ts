import { type Model, type Table, TableBuilder } from '#libs/linkage'
import type { RecordContent } from './record-content.ts'
import { RecordOpener } from './record-opener.ts'

/** Records in one table that grows: each version of a record is opened, and its values are read, once. */
export class OpenedRecords {
  private readonly builder: TableBuilder
  private readonly positions = new Map<string, number>()

  constructor(
    model: Model,
    private readonly opener: RecordOpener,
  ) {
    this.builder = new TableBuilder(model, 'weights')
  }

  /** Where a record stands; one that is met for the first time is put behind the others. */
  positionOf(content: RecordContent): number {
    const name = `${content.id} ${content.version}`
    let position = this.positions.get(name)
    if (position === undefined) {
      position = this.positions.size
      const row = this.opener.row(content)
      this.builder.add(name, (column) => row[column] ?? '')
      this.positions.set(name, position)
    }
    return position
  }

  /** All that were met so far. */
  table(): Table {
    return this.builder.build()
  }
}
