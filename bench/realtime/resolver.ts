import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { createDataSource, migrate, transact } from '#libs/database'
import { EventLog, MessagingTables1767225600000, maintainPartitions } from '#libs/messaging'
import { BlindIndex, FieldCipher, KeyRing } from '#libs/privacy'
import { ActiveModel } from '../../services/identities/evidence/active-model.ts'
import { EvidenceGatherer } from '../../services/identities/evidence/evidence.ts'
import * as migrations from '../../services/identities/migrations/index.ts'
import { Arrivals } from '../../services/identities/partition/arrivals.ts'
import { Neighbourhoods } from '../../services/identities/partition/neighbourhood.ts'
import { PartitionStore } from '../../services/identities/partition/partition-store.ts'
import { Partitioning } from '../../services/identities/partition/partitioning.ts'
import { BlockKeys } from '../../services/identities/records/block-keys.ts'
import type { RecordContent } from '../../services/identities/records/record-content.ts'
import { RecordOpener } from '../../services/identities/records/record-opener.ts'
import { RecordStore } from '../../services/identities/records/record-store.ts'

/** What else works on the records of a resolver is made from. */
export interface ResolverParts {
  readonly activeModel: ActiveModel
  readonly blind: BlindIndex
  readonly opener: RecordOpener
  readonly evidence: EvidenceGatherer
  readonly store: RecordStore
  readonly partitioning: Partitioning
}

/** The resolver of the identities service on a database of its own, without the transport that feeds it. */
export class Resolver {
  private constructor(
    readonly dataSource: DataSource,
    readonly cipher: FieldCipher,
    readonly parts: ResolverParts,
  ) {}

  static async open(url: string, key = randomBytes(32)): Promise<Resolver> {
    const dataSource = createDataSource({
      service: 'identities',
      url,
      poolSize: 4,
      entities: [],
      migrations: [MessagingTables1767225600000, ...Object.values(migrations)],
    })
    await dataSource.initialize()
    await migrate(dataSource)
    await maintainPartitions(dataSource, new Date(), null)
    const ring = KeyRing.parse(`1:${key.toString('base64')}`)
    const cipher = new FieldCipher(ring)
    const blind = new BlindIndex(ring)
    const activeModel = new ActiveModel(dataSource, cipher, blind)
    await transact(dataSource, (tx) => activeModel.begin(tx, new Date()))
    const store = new RecordStore(dataSource)
    const opener = new RecordOpener(cipher)
    const evidence = new EvidenceGatherer(activeModel, opener, new BlockKeys(blind), store)
    const log = new EventLog('identities', dataSource)
    const partitioning = new Partitioning(activeModel, new Neighbourhoods(), store, new PartitionStore(), log)
    return new Resolver(dataSource, cipher, { activeModel, blind, opener, evidence, store, partitioning })
  }

  /** Takes records in and returns once who they are is durable. */
  async take(contents: readonly RecordContent[]): Promise<void> {
    const { evidence, store, partitioning } = this.parts
    const arrivals = new Arrivals(evidence, store, partitioning)
    await transact(this.dataSource, async (tx) => {
      await arrivals.take(tx, contents, 'record', () => null, new Date())
    })
  }
}
