import { run } from '#libs/platform'
import { startApart } from './start.ts'

await run(startApart)
