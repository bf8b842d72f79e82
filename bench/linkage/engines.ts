import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout, from dist/bench/linkage. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const HERE = join(ROOT, 'bench', 'linkage')
const VENV = join(ROOT, 'bench', '.venv')
const PYTHON = process.platform === 'win32' ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python')
const ANCHORS = ['splink==5.0.0', 'recordlinkage==0.16']

/** How long an engine took from its own start to its clusters written, and its peak resident memory. */
export interface Timing {
  readonly seconds: number
  readonly peakBytes: number
}

/** Python with the anchors installed, or why there is none. */
export function prepareAnchors(): { readonly python: string } | { readonly missing: string } {
  if (!existsSync(PYTHON)) {
    const made = spawnSync('python3', ['-m', 'venv', VENV], { encoding: 'utf8' })
    if (made.status !== 0) return { missing: `no Python 3 with venv (${made.error?.message ?? made.stderr.trim()})` }
  }
  const check = ['-c', 'import splink, recordlinkage.datasets']
  if (spawnSync(PYTHON, check).status === 0) return { python: PYTHON }
  const installed = spawnSync(PYTHON, ['-m', 'pip', 'install', '-q', ...ANCHORS], { encoding: 'utf8' })
  if (installed.status === 0 && spawnSync(PYTHON, check).status === 0) return { python: PYTHON }
  return { missing: `${ANCHORS.join(', ')} can't be installed: ${installed.stderr.trim().split('\n').at(-1)}` }
}

/** Runs `ruhui dedupe`; the options after the input are passed on. */
export function runRuhui(input: string, output: string, options: readonly string[] = []): Promise<Timing> {
  const engine = fileURLToPath(new URL('./engine-ruhui.js', import.meta.url))
  return run(process.execPath, [engine, input, '--out', output, ...options])
}

/** Runs Splink; writes `output` at its usual threshold and `output.<threshold>` at others. */
export async function runSplink(
  python: string,
  input: string,
  output: string,
): Promise<Timing & { thresholds: number[] }> {
  return (await run(python, [join(HERE, 'splink_drivers.py'), input, output])) as Timing & { thresholds: number[] }
}

/** The folder with FEBRL's CSV files inside the installed recordlinkage package. */
export function febrlFolder(python: string): string {
  const code = 'import recordlinkage.datasets as d, os; print(os.path.join(os.path.dirname(d.__file__), "febrl"))'
  return spawnSync(python, ['-c', code], { encoding: 'utf8' }).stdout.trim()
}

/** Starts a process, waits for it, and reads the JSON of its last line of output. */
function run(command: string, args: readonly string[]): Promise<Timing> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => {
      const last = output
        .trim()
        .split('\n')
        .findLast((line) => line.startsWith('{'))
      if (status === 0 && last) resolve(JSON.parse(last) as Timing)
      else reject(new Error(`${command} ended with ${status}:\n${output}`))
    })
  })
}
