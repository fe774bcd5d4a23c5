/** A week of open periods, as people read and type it. Pure. */
import type { Holiday, Period } from '../../api/types'

export type Span = { start: string; end: string }

/** Days with the same hours that stand next to each other as one line, Monday first. */
export function groupDays(periods: readonly Period[]): { first: number; last: number; spans: Span[] }[] {
  const groups: { first: number; last: number; spans: Span[] }[] = []
  for (let weekday = 0; weekday < 7; weekday += 1) {
    const spans = spansOf(periods, weekday)
    const previous = groups.at(-1)
    if (previous && say(previous.spans) === say(spans)) previous.last = weekday
    else groups.push({ first: weekday, last: weekday, spans })
  }
  return groups
}

export function spansOf(periods: readonly Period[], weekday: number): Span[] {
  return periods
    .filter((period) => period.weekday === weekday)
    .map(({ start, end }) => ({ start, end }))
    .toSorted((a, b) => a.start.localeCompare(b.start))
}

/** "09:00-12:30, 14:00-18:00" */
export function say(spans: readonly Span[]): string {
  return spans.map((span) => `${span.start}-${span.end}`).join(', ')
}

/** What was typed for a day: "9-12:30, 14-18", empty for closed. Null when it cannot be read. */
export function parseSpans(text: string): Span[] | null {
  const spans: Span[] = []
  for (const part of text.split(/[,;]/).map((piece) => piece.trim())) {
    if (part === '') continue
    const match = /^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—~]\s*(\d{1,2})(?:[:.](\d{2}))?$/.exec(part)
    if (!match) return null
    const start = clock(match[1]!, match[2])
    const end = clock(match[3]!, match[4])
    if (!start || !end || start === end || start === '24:00') return null
    spans.push({ start, end })
  }
  return spans
}

function clock(hour: string, minute = '00'): string | null {
  const [h, min] = [Number(hour), Number(minute)]
  if (h > 24 || min > 59 || (h === 24 && min > 0)) return null
  return `${String(h).padStart(2, '0')}:${String(min).padStart(2, '0')}`
}

/** Holidays one a line: "2026-12-25 Christmas" or "2026-12-24 9-13 Christmas Eve". Null when a line cannot be read. */
export function parseHolidays(text: string): { date: string; name: string; periods: Span[] }[] | null {
  const holidays = []
  for (const line of text.split('\n').map((piece) => piece.trim())) {
    if (line === '') continue
    const match = /^(\d{4}-\d{2}-\d{2})(?:\s+(\d[\d:.]*\s*[-–~]\s*\d[\d:.]*))?(?:\s+(.*))?$/.exec(line)
    const spans = match ? parseSpans(match[2] ?? '') : null
    if (!match || !spans || Number.isNaN(Date.parse(match[1]!))) return null
    holidays.push({ date: match[1]!, name: match[3] ?? '', periods: spans })
  }
  return holidays
}

export function sayHolidays(holidays: readonly (Pick<Holiday, 'date'> & Partial<Holiday>)[]): string {
  return holidays.map((holiday) => [holiday.date, say(holiday.periods ?? []), holiday.name].filter(Boolean).join(' ')).join('\n')
}
