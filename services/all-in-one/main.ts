import { run } from '#libs/platform'
import { startAllInOne } from './start.ts'

await run(startAllInOne)
