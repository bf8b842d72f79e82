import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from '@jest/globals'

const platform = new URL('index.ts', import.meta.url).href
const loader = new URL('../testing/typescript-loader.mjs', import.meta.url).href

/** Runs a program around `run` that gets `signal` once it says that it is ready; `start` is the body of a function. */
async function program(start: string, signals: readonly NodeJS.Signals[] = []) {
  const source = `import { ConfigError, run } from '${platform}'; await run(async () => { ${start} })`
  const args = ['--conditions=source', '--import', loader, '--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'close')
  let [out, err] = ['', '']
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  child.stdout.on('data', (chunk) => {
    out += chunk
    if (out.endsWith('ready\n')) for (const signal of signals) child.kill(signal)
  })
  const [code] = await exited
  return { code, out, err }
}

const STAY = `
  const stay = setInterval(() => {}, 1_000)
  console.log('ready')
  return { stop: async () => { clearInterval(stay); console.log('stopped') } }`

it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
  expect(await program(STAY, [signal])).toMatchObject({ code: 0, out: 'ready\nstopped\n' })
})

it('stops once, however often it is asked to', async () => {
  expect(await program(STAY, ['SIGTERM', 'SIGINT', 'SIGTERM'])).toMatchObject({ code: 0, out: 'ready\nstopped\n' })
})

it('stops what has started although the signal came during the start', async () => {
  const slow = `console.log('ready'); await new Promise((resolve) => setTimeout(resolve, 300)); ${STAY}`
  expect(await program(slow, ['SIGTERM'])).toMatchObject({ code: 0, out: 'ready\nready\nstopped\n' })
})

it('says only the message when a person can mend what is wrong', async () => {
  const { code, err } = await program(`throw new ConfigError('Set the colour')`)
  expect(code).toBe(1)
  expect(err).toBe('Set the colour\n')
})

it('shows where any other error comes from', async () => {
  const { code, err } = await program(`throw new TypeError('bug')`)
  expect(code).toBe(1)
  expect(err).toMatch(/TypeError: bug\n {4}at /)
})

it('stops, and says why, when a promise fails that nobody waits for', async () => {
  const { code, out, err } = await program(`setTimeout(() => Promise.reject(new Error('lost')), 100); ${STAY}`)
  expect(code).toBe(1)
  expect(out).toBe('ready\nstopped\n')
  expect(err).toContain('Error: lost')
})
