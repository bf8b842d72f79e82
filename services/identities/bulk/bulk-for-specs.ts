import { generateCampaign } from '#libs/testing'
import type { Person, RecordContent } from '../records/record-content.ts'
import { masked, type ResolverForSpecs, type ResolverWorld, uuidOf } from '../resolver-for-specs.ts'
import type { JobContext } from './bulk-jobs.ts'
import { EpochRegister } from './epoch-register.ts'
import { EpochTraining } from './epoch-training.ts'
import { Rebuild } from './rebuild.ts'
import { RecordLinker } from './record-linker.ts'
import { ReplacePartition } from './replace-partition.ts'
import { Staging } from './staging.ts'

/** The parts that work on all records, over those of a resolver. */
export function bulkOf(resolver: ResolverForSpecs, staging = new Staging()) {
  const { dataSource, opener, evidence, records, partitioning, activeModel, blind } = resolver
  const linker = new RecordLinker(dataSource, opener, evidence, records, blind)
  const replacePartition = new ReplacePartition(linker, staging, partitioning)
  const register = new EpochRegister(dataSource, activeModel)
  const training = new EpochTraining(dataSource, activeModel, register, linker, replacePartition)
  return { linker, replacePartition, rebuild: new Rebuild(activeModel, linker, replacePartition), register, training }
}

/** What work on all records runs with when nothing but a spec asks for it: no lock, and nobody who wants to know how far it is. */
export function jobContext({ dataSource }: Pick<ResolverForSpecs, 'dataSource'>): JobContext {
  return { progress: () => {}, session: dataSource.createQueryRunner() }
}

/** Registrations of a generated campaign, every sixth of them as a platform's masked lead. */
export function generatedRecords(world: ResolverWorld, drivers: number, seed: number): RecordContent[] {
  const { records } = generateCampaign({ drivers, duplicates: 0.4, seed })
  return records.map(({ answers: { name, residentId, mobile, plate, platform } }, at) => {
    const id = uuidOf(`${seed} ${at}`)
    const person: Person = { name, residentId: at % 5 === 2 ? null : residentId, mobile, plate }
    return at % 6 === 1
      ? world.lead(id, masked(person), 1, platform ?? 'other')
      : world.registration(id, person, 1, platform ?? 'other')
  })
}

/** Everything that the records lead to, to be compared with what it was. */
export async function stateOf({ dataSource }: ResolverForSpecs) {
  const rows = (sql: string): Promise<object[]> => dataSource.query(sql)
  return {
    members: await rows(`select * from membership_of_record order by record_id`),
    identities: await rows(`select * from identity order by id`),
    history: await rows(`select * from identity_event order by record_id, revision`),
    items: await rows(`select * from review_item order by lo, hi`),
    edges: await rows(`select lo, hi, lo_version, hi_version, weight, levels::text, epoch from edge order by lo, hi`),
    keys: await rows(`select id, keys::text, encode(exclusive_key, 'hex') as exclusive, epoch from record order by id`),
    found: await rows(`select key, record_id from block_key order by key, record_id`),
    hubs: await rows(`select key, rule from hub order by key`),
    events: await rows(`select count(*) from event_log`),
  }
}
