import { describe, expect, it } from 'vitest'
import { byDay, byHour, range, totals } from './hours'
import type { Slot } from './queries'

const slot = (at: string, needed: number, planned: number, open = 1): Slot => ({ at, open, needed, planned, needed_high: needed, expected: [] })

describe('the plan by hour', () => {
  it('takes the worse half of an hour, on the wall clock of the zone', () => {
    const days = byHour([slot('2026-06-01T22:00:00Z', 2, 2), slot('2026-06-01T22:30:00Z', 3, 2), slot('2026-06-01T23:00:00Z', 0, 0, 0)], 'Europe/Rome')
    expect(days).toEqual([{ date: '2026-06-02', hours: [{ hour: 0, needed: 3, planned: 2, open: true }, { hour: 1, needed: 0, planned: 0, open: false }] }])
  })
  it('sums one channel a day, with a half-hour zone', () => {
    const expected = [{ channel: 'email' as const, mean: 2, low: 1, high: 3 }, { channel: 'messenger' as const, mean: 9, low: 9, high: 9 }]
    const days = byDay([{ ...slot('2026-06-01T18:00:00Z', 1, 1), expected }, { ...slot('2026-06-01T18:30:00Z', 1, 1), expected }], 'Asia/Kolkata', 'email')
    expect(days.map(({ date, total }) => [date, total])).toEqual([['2026-06-01', 2], ['2026-06-02', 2]])
    expect(days[1]!.points).toEqual([{ hour: 0, isHour: true, mean: 2, low: 1, high: 3 }])
  })
  it('shows only hours in which something happens', () => {
    const days = byHour([slot('2026-06-01T00:00:00Z', 0, 0, 0), slot('2026-06-01T09:00:00Z', 1, 1), slot('2026-06-01T11:00:00Z', 1, 0)], 'UTC')
    expect(range(days)).toEqual([9, 10, 11])
    expect(range([])).toEqual([])
  })
  it('does not fill a gap with a surplus of another hour', () => {
    expect(totals([slot('2026-06-01T09:00:00Z', 3, 1), slot('2026-06-01T09:30:00Z', 1, 5)], 1800)).toEqual({ needed: 2, planned: 3, short: 1, peak: 3 })
  })
})
