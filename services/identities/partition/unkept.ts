import type { Logger } from '@nestjs/common'
import type { NeighbourhoodChange } from './decide-partition.ts'

/** Records that a line names at most. */
const NAMED = 20

/** Logs what the partition could not keep of what it was given: judgements that others forbid, and evidence in vast components. */
export function tellUnkept(
  logger: Pick<Logger, 'warn'>,
  { conflicts, oversized }: Pick<NeighbourhoodChange, 'conflicts' | 'oversized'>,
): void {
  for (const { a: lo, b: hi } of conflicts) {
    logger.warn({ msg: 'two records that are to be one person stay two: other facts or judgements forbid it', lo, hi })
  }
  for (const { records, cutAt } of oversized) {
    logger.warn({
      msg: 'a component was too large, and cut where evidence is weaker',
      records: records.length,
      cutAt,
      among: records.slice(0, NAMED),
    })
  }
}
