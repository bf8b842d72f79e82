import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Manifest, parseManifests } from './manifests.ts'

/** The Secrets that `k8s/print-secrets.sh` makes of such a file. */
export function sampleSecretManifests(secrets: Readonly<Record<string, string>>, root: string): Manifest[] {
  return withEnvFile(secrets, (file) =>
    parseManifests(execFileSync('sh', [join(root, 'k8s/print-secrets.sh'), file], { encoding: 'utf8' })),
  )
}

/** Gives work a file of NAME=value lines that is gone afterwards. */
export function withEnvFile<Result>(values: Readonly<Record<string, string>>, work: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'ruhui-env-'))
  try {
    const file = join(folder, '.env')
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(file, lines.join(''), { mode: 0o600 })
    return work(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
