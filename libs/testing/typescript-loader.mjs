/** Lets plain Node run the sources: `node --conditions=source --import <this file> x.ts`. Jest needs none of it. */
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'

// Node loads the hooks below once more, into a thread of their own, for each thread that runs code.
const HOOKS = '?hooks'
if (!import.meta.url.endsWith(HOOKS)) register(import.meta.url + HOOKS)

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context)
  const { transform } = await import('@swc/core')
  const filename = fileURLToPath(url)
  const { code } = await transform(await readFile(filename, 'utf8'), { filename })
  return { format: 'module', source: code, shortCircuit: true }
}
