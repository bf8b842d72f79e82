// npm start: sets up what is missing and runs every service in this process.
import { setUp } from './set-up.mjs'

setUp()
await import('../dist/services/all-in-one/main.js')
