const DAY_MS = 86_400_000
const BEIJING_OFFSET_MS = 8 * 3_600_000

/**
 * The moment that lies `days` working days after `start`: Saturdays and Sundays of Beijing time do not count. Public
 * holidays and the working weekends made up for them are not known here, so a deadline may come earlier than the law's.
 */
export function addWorkingDays(start: Date, days: number): Date {
  let moment = start.getTime()
  for (let left = days; left > 0; ) {
    moment += DAY_MS
    const weekday = new Date(moment + BEIJING_OFFSET_MS).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left -= 1
  }
  return new Date(moment)
}
