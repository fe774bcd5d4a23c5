/** Names of the members of a dimension that have none of their own: hours, weekdays, stages, "none". Pure. */
import type { Language } from '../../shared/i18n'
import { locale } from '../../shared/time'
import type { Key, Translate } from '../app/i18n'

export const DIMENSIONS = ['channel', 'account', 'team', 'agent', 'tag', 'topic', 'company', 'hour', 'weekday', 'heat', 'stage', 'severity', 'action', 'promise'] as const

/** Monday is 0. */
export function weekdayName(weekday: number, language: Language, width: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(locale(language), { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + weekday))
}

export function hourName(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}

const WORDS: Record<string, readonly string[]> = {
  channel: ['email', 'messenger'],
  stage: ['queue', 'agent', 'customer', 'bot', 'outside', 'timer'],
  severity: ['low', 'normal', 'high', 'urgent'],
  promise: ['first_reply', 'next_reply', 'resolution'],
  action: ['reply', 'resolve', 'tag', 'assign', 'snooze', 'note'],
}

export function memberName(by: string, key: string, label: string, t: Translate, language: Language): string {
  if (label) return label
  if (key === '') return t(by === 'agent' ? 'reports.nobody' : 'reports.none')
  if (by === 'weekday') return weekdayName(Number(key), language)
  if (by === 'hour') return hourName(Number(key))
  if (by === 'heat') {
    const [weekday, hour] = key.split('.').map(Number)
    return `${weekdayName(weekday ?? 0, language)} ${hourName(hour ?? 0)}`
  }
  return WORDS[by]?.includes(key) ? t(`reports.${by}.${key}` as Key) : key
}

/** Dimensions with an order of their own; the others are sorted by what they show. */
export function isOrdered(by: string): boolean {
  return by === 'hour' || by === 'weekday'
}
