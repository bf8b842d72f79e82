import { describe, expect, it } from '@jest/globals'
import { addWorkingDays } from './working-days.ts'

describe('addWorkingDays', () => {
  it('passes over Saturdays and Sundays', () => {
    const friday = new Date('2026-11-20T02:00:00Z')
    expect(addWorkingDays(friday, 1).toISOString()).toBe('2026-11-23T02:00:00.000Z')
    expect(addWorkingDays(friday, 15).toISOString()).toBe('2026-12-11T02:00:00.000Z')
  })

  it('goes by the day in Beijing', () => {
    const fridayNightInBeijing = new Date('2026-11-20T15:59:00Z')
    const saturdayInBeijing = new Date('2026-11-20T16:01:00Z')
    expect(addWorkingDays(fridayNightInBeijing, 1).toISOString()).toBe('2026-11-23T15:59:00.000Z')
    expect(addWorkingDays(saturdayInBeijing, 1).toISOString()).toBe('2026-11-22T16:01:00.000Z')
  })
})
