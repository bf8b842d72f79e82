// npm run check:deploy: holds docker-compose.yml and k8s/ against the programs that they run; needs no network, no
// Docker engine and no cluster.
import { run, setUp } from './set-up.mjs'

setUp({ build: false })
run(process.execPath, [
  '--conditions=source',
  '--import',
  './libs/testing/typescript-loader.mjs',
  'tools/deploy-check/main.ts',
])
