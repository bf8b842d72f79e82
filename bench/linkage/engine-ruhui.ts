import { performance } from 'node:perf_hooks'
import { dedupeCommand } from '../../cli/dedupe.ts'

/** Our engine in a process of its own: the arguments of `ruhui dedupe`; ends with one JSON line on standard error. */
await dedupeCommand().parseAsync(process.argv.slice(2), { from: 'user' })
const peakBytes = process.resourceUsage().maxRSS * 1024
process.stderr.write(`\n${JSON.stringify({ seconds: performance.now() / 1000, peakBytes })}\n`)
