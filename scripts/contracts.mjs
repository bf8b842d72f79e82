// npm run contracts: freezes new event versions and writes docs/asyncapi.yaml from the code; with --check it fails
// when the committed files differ from the code, or the document is no valid AsyncAPI.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, setUp } from './set-up.mjs'

const check = process.argv.includes('--check')
setUp()
run(process.execPath, ['dist/tools/event-contracts/main.js', ...(check ? ['--check'] : [])])
// A dependency of development: the program itself does without.
const { Parser } = await import('@asyncapi/parser')
const diagnostics = await new Parser().validate(readFileSync(join(root, 'docs/asyncapi.yaml'), 'utf8'))
const ERROR = 0
const WARNING = 1
for (const { severity, path, message } of diagnostics) {
  if (severity <= WARNING) console.error(`docs/asyncapi.yaml ${path.join('/')}: ${message}`)
  if (severity === ERROR) process.exitCode = 1
}
