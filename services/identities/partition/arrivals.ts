import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { EvidenceGatherer } from '../evidence/evidence.ts'
import type { RecordContent } from '../records/record-content.ts'
import { RecordStore } from '../records/record-store.ts'
import type { PartitionChange } from './decide-partition.ts'
import { Partitioning } from './partitioning.ts'

/** Takes in records that came or were corrected, and decides whose they are. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly evidence: EvidenceGatherer,
    private readonly records: RecordStore,
    private readonly partitioning: Partitioning,
  ) {}

  /**
   * Of one record in several versions the newest counts. Records and keys are committed at once (see {@link EvidenceGatherer}),
   * what follows from them with `tx`.
   */
  async take(
    tx: EntityManager,
    contents: readonly RecordContent[],
    cause: 'record' | 'correction',
    traceOf: (recordId: string) => string | null,
    now: Date,
  ): Promise<PartitionChange> {
    const newest = new Map<string, RecordContent>()
    for (const content of contents) {
      const known = newest.get(content.id)
      if (!known || known.version < content.version) newest.set(content.id, content)
    }
    // What this very transaction erased it also holds: to store that again, on another connection, would wait for ever.
    const erased = await this.records.erased(tx, [...newest.keys()])
    const evidence = await this.evidence.gather(
      [...newest.values()].filter(({ id }) => !erased.has(id)),
      now,
    )
    const restated = cause === 'correction' ? evidence.seeds : []
    const seeds = [...evidence.seeds, ...erased]
    return this.partitioning.recompute(tx, { cause, seeds, evidence, restated, contents: newest, traceOf }, now)
  }
}
