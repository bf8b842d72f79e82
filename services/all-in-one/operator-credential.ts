import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const credential = z.object({ url: z.string(), secret: z.string() })

/** Lets whoever owns the data folder act as operator on this machine, without an account. */
export type OperatorCredential = z.infer<typeof credential>

const fileIn = (dataFolder: string) => join(dataFolder, 'operator.json')

/** Leaves the credential where the command line finds it; readable only by the owner of the data folder. */
export async function leaveOperatorCredential(dataFolder: string, left: OperatorCredential): Promise<void> {
  await writeFile(fileIn(dataFolder), JSON.stringify(left), { mode: 0o600 })
  await chmod(fileIn(dataFolder), 0o600)
}

/** The credential of the system that runs on this data folder; undefined when none was started here. */
export async function findOperatorCredential(dataFolder: string): Promise<OperatorCredential | undefined> {
  try {
    return credential.parse(JSON.parse(await readFile(fileIn(dataFolder), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
