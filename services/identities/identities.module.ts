import { Module } from '@nestjs/common'
import { Epochs } from './evidence/epochs.ts'
import { EvidenceGatherer } from './evidence/evidence.ts'
import { IdentitiesController } from './identities.controller.ts'
import { Arrivals } from './partition/arrivals.ts'
import { DeferredComponents } from './partition/deferred-components.ts'
import { Erasure } from './partition/erasure.ts'
import { Neighbourhoods } from './partition/neighbourhood.ts'
import { PartitionStore } from './partition/partition-store.ts'
import { Partitioning } from './partition/partitioning.ts'
import { BlockKeys } from './records/block-keys.ts'
import { RecordOpener } from './records/record-opener.ts'
import { RecordStore } from './records/record-store.ts'
import { RecordsConsumer } from './records.consumer.ts'

@Module({
  controllers: [IdentitiesController, RecordsConsumer],
  providers: [
    Arrivals,
    BlockKeys,
    DeferredComponents,
    Epochs,
    Erasure,
    EvidenceGatherer,
    Neighbourhoods,
    PartitionStore,
    Partitioning,
    RecordOpener,
    RecordStore,
  ],
})
export class IdentitiesModule {}
