/** The process that owns the PostgreSQL server of a test run: prints its URL, and ends it with the standard input. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '#libs/database'

const folder = await mkdtemp(join(tmpdir(), 'ruhui-specs-'))
// PostgreSQL runs as another user when we are root.
await chmod(folder, 0o711)
const server = await startEmbeddedPostgres({
  dataFolder: join(folder, 'data'),
  fsync: false,
  settings: { max_connections: '500' },
})
console.log(server.url)
process.stdin.resume()
process.stdin.on('end', async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})
