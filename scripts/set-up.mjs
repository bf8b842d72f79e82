import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const LEAST_NODE = [20, 19]

/** Installs and builds what is missing or out of date; does nothing, quickly, when all is there. */
export function setUp({ build = true } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
    fail(
      `需要 Node.js ${LEAST_NODE.join('.')} 或更新版本，当前是 ${process.versions.node}`,
      `Node.js ${LEAST_NODE.join('.')} or newer is needed; this is ${process.versions.node}`,
    )
  }
  if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
    say('正在安装依赖 Installing dependencies …')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    const now = new Date()
    utimesSync(join(root, 'node_modules/.package-lock.json'), now, now)
  }
  if (build && changed('dist/.built') < newestSource()) {
    say('正在编译 Building …')
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
    // What npm does for a `bin` that is there when it installs: `npx ruhui` runs it.
    chmodSync(join(root, 'dist/cli/main.js'), 0o755)
    writeFileSync(join(root, 'dist/.built'), '')
  }
}

/** Runs a program in the checkout with its output shown, and ends this process if it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (error) fail(`无法运行 ${command}：${error.message}`, `${command} can't be run: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function newestSource() {
  const folders = ['libs', 'services', 'cli', 'bench', 'tools']
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)),
  )
  const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  return Math.max(...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...sources].map(changed))
}

/** When a file was last changed, in ms; 0 when it is not there. */
function changed(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

/** Ends the process with a message in both languages. */
export function fail(zh, en) {
  process.stderr.write(`${zh}\n${en}\n`)
  process.exit(1)
}

/** True when a program can be run. */
export function has(command, args = ['--version']) {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
