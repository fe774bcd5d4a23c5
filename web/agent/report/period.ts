/** Periods of the report in the reader's own zone, and what they are compared with. Pure. */
import type { Interval, Point, Unit } from '../api/types'

export const PRESETS = ['7d', '28d', '90d', 'thisMonth', 'lastMonth', 'year'] as const
export type Preset = (typeof PRESETS)[number]
export const COMPARISONS = ['before', 'lastYear'] as const
export type Comparison = (typeof COMPARISONS)[number]

export type Period = { start: Date; end: Date }

/** Whole days: the end is the midnight after `now`, so that today counts. */
export function presetPeriod(preset: Preset, now: Date): Period {
  const midnight = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
  const month = (months: number) => new Date(now.getFullYear(), now.getMonth() + months, 1)
  switch (preset) {
    case '7d':
      return { start: midnight(-6), end: midnight(1) }
    case '28d':
      return { start: midnight(-27), end: midnight(1) }
    case '90d':
      return { start: midnight(-89), end: midnight(1) }
    case 'thisMonth':
      return { start: month(0), end: midnight(1) }
    case 'lastMonth':
      return { start: month(-1), end: month(0) }
    default:
      return { start: midnight(-364), end: midnight(1) }
  }
}

/** Calendar days are shifted, not hours, so that a change of clocks inside the period moves no edge off midnight. */
export function comparisonPeriod(period: Period, comparison: Comparison): Period {
  const shift = (date: Date, years: number, days: number) =>
    new Date(date.getFullYear() + years, date.getMonth(), date.getDate() + days, date.getHours(), date.getMinutes())
  if (comparison === 'lastYear') return { start: shift(period.start, -1, 0), end: shift(period.end, -1, 0) }
  const days = Math.round((period.end.getTime() - period.start.getTime()) / 86_400_000)
  return { start: shift(period.start, 0, -days), end: period.start }
}

export function chooseInterval(period: Period): Interval {
  const days = (period.end.getTime() - period.start.getTime()) / 86_400_000
  return days <= 45 ? 'day' : days <= 200 ? 'week' : 'month'
}

/** The starts of all days, weeks (from Monday) or months a period touches, local time. */
export function steps(period: Period, interval: Interval): Date[] {
  const { start, end } = period
  const first =
    interval === 'month'
      ? new Date(start.getFullYear(), start.getMonth(), 1)
      : new Date(start.getFullYear(), start.getMonth(), start.getDate() - (interval === 'week' ? (start.getDay() + 6) % 7 : 0))
  const list: Date[] = []
  for (let at = first; at < end; ) {
    list.push(at)
    at =
      interval === 'month'
        ? new Date(at.getFullYear(), at.getMonth() + 1, 1)
        : new Date(at.getFullYear(), at.getMonth(), at.getDate() + (interval === 'week' ? 7 : 1))
  }
  return list
}

/** A series as the server sends it (steps with data only) over all steps: counts and sums are 0 where nothing was, times and shares are unknown. */
export function dense(series: readonly Point[], at: readonly Date[], unit: Unit): (number | null)[] {
  const byDay = new Map(series.map((point) => [dateField(new Date(point.at)), point.value]))
  const nothing = unit === 'count' || unit === 'minor' ? 0 : null
  return at.map((date) => byDay.get(dateField(date)) ?? nothing)
}

/** "2026-11-23" of a local date, for date fields. */
export function dateField(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** A period of two date fields, both days included; null when they make none. */
export function fieldsPeriod(from: string, to: string): Period | null {
  const start = new Date(`${from}T00:00`)
  const last = new Date(`${to}T00:00`)
  if (Number.isNaN(start.getTime()) || Number.isNaN(last.getTime())) return null
  const end = new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1)
  return start < end ? { start, end } : null
}
