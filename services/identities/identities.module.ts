import { Module } from '@nestjs/common'
import { BulkController } from './bulk/bulk.controller.ts'
import { BulkJobs } from './bulk/bulk-jobs.ts'
import { EpochRegister } from './bulk/epoch-register.ts'
import { EpochTraining } from './bulk/epoch-training.ts'
import { EpochsController } from './bulk/epochs.controller.ts'
import { Rebuild } from './bulk/rebuild.ts'
import { RecordLinker } from './bulk/record-linker.ts'
import { ReplacePartition } from './bulk/replace-partition.ts'
import { SampleView } from './bulk/sample-view.ts'
import { Staging } from './bulk/staging.ts'
import { ActiveModel } from './evidence/active-model.ts'
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
import { DecisionLocks } from './review/decision-locks.ts'
import { HubList } from './review/hub-list.ts'
import { IdentityDecisions } from './review/identity-decisions.ts'
import { IdentityReviewController } from './review/identity-review.controller.ts'
import { IdentityView } from './review/identity-view.ts'
import { ItemView } from './review/item-view.ts'
import { JudgementStore } from './review/judgement-store.ts'
import { Leases } from './review/leases.ts'
import { Overrides } from './review/overrides.ts'
import { PairDecisions } from './review/pair-decisions.ts'
import { ReviewItemsController } from './review/review-items.controller.ts'
import { ReviewQueue } from './review/review-queue.ts'
import { ReviewRecords } from './review/review-records.ts'

@Module({
  controllers: [
    BulkController,
    EpochsController,
    IdentitiesController,
    IdentityReviewController,
    RecordsConsumer,
    ReviewItemsController,
  ],
  providers: [
    ActiveModel,
    Arrivals,
    BlockKeys,
    BulkJobs,
    DecisionLocks,
    DeferredComponents,
    EpochRegister,
    EpochTraining,
    Erasure,
    EvidenceGatherer,
    HubList,
    IdentityDecisions,
    IdentityView,
    ItemView,
    JudgementStore,
    Leases,
    Neighbourhoods,
    Overrides,
    PairDecisions,
    Partitioning,
    PartitionStore,
    Rebuild,
    RecordLinker,
    RecordOpener,
    RecordStore,
    ReplacePartition,
    ReviewQueue,
    ReviewRecords,
    SampleView,
    Staging,
  ],
})
export class IdentitiesModule {}
