// npm run ruhui -- <verb>: the command line, from the checkout.
import { setUp } from './set-up.mjs'

setUp()
await import('../dist/cli/main.js')
