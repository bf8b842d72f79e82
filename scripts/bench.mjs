// npm run bench -- <name>: a benchmark; each prints a table and ends with one line RESULT {…}.
import { setUp } from './set-up.mjs'

setUp()
await import('../dist/bench/main.js')
