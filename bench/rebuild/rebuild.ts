import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '#libs/database'
import { linkRecords, TableBuilder } from '#libs/linkage'
import type { JobContext } from '../../services/identities/bulk/bulk-jobs.ts'
import { Rebuild } from '../../services/identities/bulk/rebuild.ts'
import { RecordLinker } from '../../services/identities/bulk/record-linker.ts'
import { ReplacePartition } from '../../services/identities/bulk/replace-partition.ts'
import { Staging } from '../../services/identities/bulk/staging.ts'
import type { RecordContent } from '../../services/identities/records/record-content.ts'
import { generateRegistrations } from '../realtime/generate-registrations.ts'
import { Resolver } from '../realtime/resolver.ts'
import { printFigures } from '../report.ts'
import { loadRecords } from './load-records.ts'
import { ProcessWatch, underLock } from './watches.ts'

const SEED = 11
const SERVER = { shared_buffers: '2GB', max_wal_size: '8GB', checkpoint_timeout: '30min' }

/**
 * A rebuild of `--records N` (300,000) stored records that were never keyed, so that it makes and writes everything; then one of
 * the same records, where nothing is amiss. Beside them `linkRecords` on the same records, which neither reads, nor keys, nor
 * writes.
 */
export async function bench(args: string[]): Promise<void> {
  const at = args.indexOf('--records')
  const records = at < 0 ? 300_000 : Number(args[at + 1])
  const folder = await mkdtemp(join(tmpdir(), 'ruhui-bench-'))
  const database = await startEmbeddedPostgres({ dataFolder: folder, settings: SERVER })
  const resolver = await Resolver.open(database.url)
  try {
    await loadRecords(resolver.dataSource, generateRegistrations(resolver.cipher, records, SEED))
    const first = await rebuilt(resolver)
    await resolver.dataSource.query('vacuum analyze')
    const second = await rebuilt(resolver)
    const offline = await linkedOffline(resolver, generateRegistrations(resolver.cipher, records, SEED))
    const size = `${records.toLocaleString('en')} records`
    const against = { name: 'linkRecords on them', value: offline }
    printFigures('rebuild', SEED, [
      { name: `rebuild of ${size}, all to be written`, value: first.seconds, unit: 's', reference: against },
      { name: `rebuild of ${size}, nothing amiss`, value: second.seconds, unit: 's', reference: against },
      { name: 'under the lock, all to be written', value: first.locked, unit: 's', reference: null },
      { name: 'under the lock, nothing amiss', value: second.locked, unit: 's', reference: null },
      { name: 'longest stall, all to be written', value: first.stall, unit: 'ms', reference: null },
      { name: 'longest stall, nothing amiss', value: second.stall, unit: 'ms', reference: null },
      { name: 'most memory, all to be written', value: first.memory, unit: 'MB', reference: null },
      { name: 'most memory, nothing amiss', value: second.memory, unit: 'MB', reference: null },
    ])
  } finally {
    await resolver.dataSource.destroy()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rebuilt({ dataSource, parts: { activeModel, blind, opener, evidence, store, partitioning } }: Resolver) {
  const linker = new RecordLinker(dataSource, opener, evidence, store, blind)
  const rebuild = new Rebuild(activeModel, linker, new ReplacePartition(linker, new Staging(), partitioning))
  const session = dataSource.createQueryRunner()
  const watch = new ProcessWatch()
  const locked = await underLock(session)
  const started = performance.now()
  let stage = ''
  const progress: JobContext['progress'] = (now) => {
    if (now === stage) return
    stage = now
    watch.enter(now)
    console.error(`${now} after ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  try {
    await session.query('set transaction_timeout = 0')
    console.error(JSON.stringify(await rebuild.run({ session, progress })))
    return { seconds: (performance.now() - started) / 1000, locked: locked(), ...watch.end() }
  } finally {
    await session.query('discard temp')
    await session.release()
  }
}

async function linkedOffline({ parts: { activeModel, opener } }: Resolver, contents: Iterable<RecordContent>) {
  const model = await activeModel.current()
  const builder = new TableBuilder(model)
  for (const content of contents) {
    const row = opener.row(content)
    builder.add(content.id, (column) => row[column] ?? '')
  }
  const table = builder.build()
  const started = performance.now()
  await linkRecords(model, table, { workers: 1 })
  return (performance.now() - started) / 1000
}
