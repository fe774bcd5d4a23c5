/** What a promise says at a moment: how near it is, on which clock, and why it may stand still. Pure. */
import type { Heat } from '../../shared/heat'
import type { Language } from '../../shared/i18n'
import { dayAndTime, duration, locale, sameDay, waitDuration } from '../../shared/time'
import type { Row } from '../api/types'

export type Promised = NonNullable<Row['promise']>

/** `late`: its time is over. `soon`: the warning is. `never`: the hours never open again. */
export type Standing = 'running' | 'soon' | 'late' | 'paused' | 'never'

export function standing(promise: Promised, now: number): Standing {
  if (promise.state === 'paused') return 'paused'
  if (promise.due_at === null) return 'never'
  if (promise.state === 'broken' || Date.parse(promise.due_at) <= now) return 'late'
  return promise.warn_at !== null && Date.parse(promise.warn_at) <= now ? 'soon' : 'running'
}

export const HEAT_OF: Record<Standing, Heat> = { running: 0, soon: 3, late: 5, paused: 0, never: 0 }

/** Whether the team's clock stands still now: as the server said, until it said it would open. */
export function isClosed(promise: Promised, now: number): boolean {
  return promise.closed && (promise.opens_at === null || Date.parse(promise.opens_at) > now)
}

/** "12 min" while it is due today and the clock runs, else the day and time: a wall clock must not count down closed hours. */
export function dueIn(promise: Promised, now: number, language: Language): { left: string } | { at: string } {
  const due = Date.parse(promise.due_at!)
  const soon = sameDay(due, now) && !isClosed(promise, now)
  return soon ? { left: waitDuration((due - now) / 1000, language) } : { at: weekdayAndTime(due, now, language) }
}

export function lateBy(promise: Promised, now: number, language: Language): string {
  return waitDuration((now - Date.parse(promise.due_at!)) / 1000, language)
}

export function leftOver(promise: Promised, language: Language): string {
  return duration(Math.max(0, promise.left_s), language)
}

/** "Mon 09:00" within a week, else "21 Nov, 09:00". */
export function weekdayAndTime(at: string | number, now: number, language: Language): string {
  const instant = new Date(at).getTime()
  if (Math.abs(instant - now) > 6 * 86_400_000) return dayAndTime(instant, now, language)
  return new Intl.DateTimeFormat(locale(language), { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(instant)
}
