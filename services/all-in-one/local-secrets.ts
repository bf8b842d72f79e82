import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDataFolder } from '#libs/database'
import { generateSecrets, type Secrets } from '#libs/platform'

/**
 * The secrets of a system on one machine: made on the first start, kept in the data folder, readable only by its owner.
 * Processes that start together agree on one set.
 */
export async function localSecrets(dataFolder: string): Promise<Secrets> {
  const file = join(await openDataFolder(dataFolder), 'secrets.json')
  const draft = `${file}.${process.pid}`
  try {
    await writeFile(draft, JSON.stringify(generateSecrets(), null, 2), { mode: 0o600 })
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  return JSON.parse(await readFile(file, 'utf8'))
}
