import type { Channel, Slot } from './queries'

/** One hour of a day: the worst of its half hours. */
export type Hour = { hour: number; needed: number; planned: number; open: boolean }
export type Day = { date: string; hours: Hour[] }

/** The date and the hour of each slot on the wall clock of a zone. */
function onTheWall(slots: readonly Slot[], zone: string): { slot: Slot; date: string; hour: number; minute: number }[] {
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return slots.map((slot) => {
    const part = Object.fromEntries(clock.formatToParts(new Date(slot.at)).map(({ type, value }) => [type, value]))
    return { slot, date: `${part.year}-${part.month}-${part.day}`, hour: Number(part.hour), minute: Number(part.minute) }
  })
}

/** The days of the plan, hour by hour. A slot that nobody needs and nobody works in is closed. */
export function byHour(slots: readonly Slot[], zone: string): Day[] {
  const days = new Map<string, Map<number, Hour>>()
  for (const { slot, date, hour } of onTheWall(slots, zone)) {
    const hours = days.get(date) ?? new Map<number, Hour>()
    const known = hours.get(hour)
    const isWorse = !known || slot.needed - slot.planned > known.needed - known.planned
    const open = (known?.open ?? false) || slot.open > 0
    hours.set(hour, isWorse ? { hour, needed: slot.needed, planned: slot.planned, open } : { ...known, open })
    days.set(date, hours)
  }
  return [...days].map(([date, hours]) => ({ date, hours: [...hours.values()].toSorted((a, b) => a.hour - b.hour) }))
}

export type Point = { hour: number; isHour: boolean; mean: number; low: number; high: number }

/** What one channel expects of each day, slot by slot. */
export function byDay(slots: readonly Slot[], zone: string, channel: Channel['channel']): { date: string; total: number; points: Point[] }[] {
  const days = new Map<string, Point[]>()
  for (const { slot, date, hour, minute } of onTheWall(slots, zone)) {
    const expected = slot.expected.find((one) => one.channel === channel)
    const point = { hour, isHour: minute === 0, mean: expected?.mean ?? 0, low: expected?.low ?? 0, high: expected?.high ?? 0 }
    days.set(date, [...(days.get(date) ?? []), point])
  }
  return [...days].map(([date, points]) => ({ date, points, total: points.reduce((sum, point) => sum + point.mean, 0) }))
}

/** The first and last hour in which anybody is needed or works, so that empty nights take no room. */
export function range(days: readonly Day[]): number[] {
  const busy = days.flatMap((day) => day.hours.filter((one) => one.open || one.needed > 0).map((one) => one.hour))
  const [first, last] = [Math.min(...busy), Math.max(...busy)]
  return busy.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, n) => first + n)
}

export type Totals = { needed: number; planned: number; short: number; peak: number }

/** Hours of work over the plan: needed, planned, and missing (a surplus elsewhere fills no gap); and the most people needed at once. */
export function totals(slots: readonly Slot[], slotS: number): Totals {
  const hours = slotS / 3600
  const sum = (pick: (slot: Slot) => number) => slots.reduce((total, slot) => total + pick(slot), 0) * hours
  return {
    needed: sum((slot) => slot.needed),
    planned: sum((slot) => slot.planned),
    short: sum((slot) => Math.max(0, slot.needed - slot.planned)),
    peak: slots.reduce((most, slot) => Math.max(most, slot.needed), 0),
  }
}
