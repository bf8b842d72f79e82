import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { Corpus } from '#libs/contracts'
import { services } from '../../services/index.ts'
import { asyncApiOf } from './event-readers.ts'

const FILE = 'docs/asyncapi.yaml'
const HEAD = '# Made from the code by `npm run contracts`; do not edit.\n'

const corpus = new Corpus('libs/contracts/corpus')
const text = HEAD + stringify(asyncApiOf(services), { aliasDuplicateObjects: false, lineWidth: 120 })

if (process.argv.includes('--check')) {
  const committed = existsSync(FILE) ? readFileSync(FILE, 'utf8').replaceAll('\r\n', '\n') : ''
  const faults = corpus.faults()
  if (committed !== text) faults.push(`${FILE} differs from the code: run npm run contracts and commit it`)
  for (const fault of faults) console.error(fault)
  if (faults.length === 0) console.log('The contracts fit the code.')
  process.exitCode = faults.length === 0 ? 0 : 1
} else {
  for (const name of corpus.freeze()) console.log(`froze ${name}`)
  writeFileSync(FILE, text)
  console.log(`wrote ${FILE}`)
}
