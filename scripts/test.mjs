// npm test [-- jest options]: runs every spec, after setting up what the specs need.
import { run, setUp } from './set-up.mjs'

setUp()
run(process.execPath, ['node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  NODE_OPTIONS: '--experimental-vm-modules --no-warnings=ExperimentalWarning',
})
