/** Days of a report on the clock of its zone, and the steps they are drawn in. Pure. */
import type { Interval, Point, Unit } from '../api/types'

export const PRESETS = ['today', '7d', '28d', '90d', 'thisMonth', 'lastMonth', 'year'] as const
export type Preset = (typeof PRESETS)[number]
export const COMPARISONS = ['before', 'lastYear', 'custom', 'none'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** A day as "2026-11-23"; two of them sort like their days. */
export type Day = string
/** [first, after): `after` is the day after the last. */
export type Days = { first: Day; after: Day }

const utc = (day: Day) => new Date(`${day}T00:00:00Z`)
const iso = (date: Date): Day => date.toISOString().slice(0, 10)

export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(utc(text).getTime())
}

export function addDays(day: Day, days: number): Day {
  const date = utc(day)
  date.setUTCDate(date.getUTCDate() + days)
  return iso(date)
}

function addYears(day: Day, years: number): Day {
  const date = utc(day)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return iso(date)
}

function monthOf(day: Day, months: number): Day {
  const date = utc(day)
  return iso(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)))
}

export function daysBetween(days: Days): number {
  return Math.round((utc(days.after).getTime() - utc(days.first).getTime()) / 86_400_000)
}

/** The date and hour a zone's clock shows at an instant. */
function wall(at: number, zone: string): { day: Day; hour: number; minute: number; second: number } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).formatToParts(at)
  const get = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  return { day: `${get('year')}-${get('month')}-${get('day')}`, hour: Number(get('hour')), minute: Number(get('minute')), second: Number(get('second')) }
}

export function dayIn(at: number, zone: string): Day {
  return wall(at, zone).day
}

/** The instant at which a day begins in a zone. */
export function midnight(day: Day, zone: string): Date {
  const wanted = utc(day).getTime()
  let at = wanted
  for (let turn = 0; turn < 3; turn += 1) {
    const shown = wall(at, zone)
    const difference = utc(shown.day).getTime() + ((shown.hour * 60 + shown.minute) * 60 + shown.second) * 1000 - wanted
    if (difference === 0) break
    at -= difference
  }
  return new Date(at)
}

/** Whole days; today counts. */
export function presetDays(preset: Preset, today: Day): Days {
  const after = addDays(today, 1)
  switch (preset) {
    case 'today':
      return { first: today, after }
    case 'thisMonth':
      return { first: monthOf(today, 0), after }
    case 'lastMonth':
      return { first: monthOf(today, -1), after: monthOf(today, 0) }
    case 'year':
      return { first: addDays(after, -365), after }
    default:
      return { first: addDays(after, -Number.parseInt(preset, 10)), after }
  }
}

/** What a period is compared with: as many days just before, or the same days a year earlier. */
export function comparisonDays(days: Days, comparison: 'before' | 'lastYear'): Days {
  if (comparison === 'lastYear') return { first: addYears(days.first, -1), after: addYears(days.after, -1) }
  return { first: addDays(days.first, -daysBetween(days)), after: days.first }
}

export function chooseInterval(days: Days): Interval {
  const count = daysBetween(days)
  return count <= 2 ? 'hour' : count <= 45 ? 'day' : count <= 200 ? 'week' : 'month'
}

/** The names of all hours, days, weeks (by their Monday) or months (by their first day) that a period touches. */
export function steps(days: Days, interval: Interval): string[] {
  const weekday = (utc(days.first).getUTCDay() + 6) % 7
  let at = interval === 'month' ? monthOf(days.first, 0) : interval === 'week' ? addDays(days.first, -weekday) : days.first
  const list: string[] = []
  while (at < days.after) {
    if (interval === 'hour') for (let hour = 0; hour < 24; hour += 1) list.push(`${at}T${String(hour).padStart(2, '0')}`)
    else list.push(at)
    at = interval === 'month' ? monthOf(at, 1) : addDays(at, interval === 'week' ? 7 : 1)
  }
  return list
}

/** A series as the server sends it (steps with data only) over all steps: counts and sums are 0 where nothing was, times and shares are unknown. */
export function dense(series: readonly Point[], at: readonly string[], unit: Unit, interval: Interval, zone: string): (number | null)[] {
  const name = (instant: string) => {
    const { day, hour } = wall(new Date(instant).getTime(), zone)
    return interval === 'hour' ? `${day}T${String(hour).padStart(2, '0')}` : day
  }
  const byStep = new Map(series.map((point) => [name(point.at), point.value]))
  const nothing = unit === 'count' || unit === 'minor' ? 0 : null
  return at.map((step) => byStep.get(step) ?? nothing)
}
