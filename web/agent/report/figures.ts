/** How figures are said. Pure. */
import type { Language } from '../../shared/i18n'
import { money } from '../../shared/money'
import { duration, locale } from '../../shared/time'
import type { Unit, Value } from '../api/types'

/** The number a figure leads with: the median of times (the chart shows it too), the value of everything else. */
export function headline(value: Value | null, unit: Unit): number | null {
  if (!value) return null
  return unit === 'seconds' ? value.median : value.value
}

export function sayValue(value: number | null, unit: Unit, currency: string, language: Language): string {
  if (value === null) return '–'
  switch (unit) {
    case 'seconds':
      return duration(value, language)
    case 'share':
      return new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 }).format(value)
    case 'minor':
      return money(Math.round(value), currency, language)
    default:
      return new Intl.NumberFormat(locale(language)).format(value)
  }
}

const LESS_IS_BETTER = new Set(['first_reply', 'reply_wait', 'resolution_time', 'wait_cost'])
const MORE_IS_BETTER = new Set(['reply_rate', 'resolution_rate'])

/** The change against the comparison period; `isBetter` null where more is neither good nor bad. Null without both numbers. */
export function change(key: string, unit: Unit, now: number | null, before: number | null): { ratio: number; isBetter: boolean | null } | null {
  if (now === null || before === null) return null
  if (unit === 'share') return { ratio: now - before, isBetter: now === before ? null : now > before }
  if (before === 0) return null
  const ratio = Math.round(((now - before) / before) * 1000) / 1000
  if (ratio === 0) return { ratio, isBetter: null }
  const isBetter = LESS_IS_BETTER.has(key) ? ratio < 0 : MORE_IS_BETTER.has(key) ? ratio > 0 : null
  return { ratio, isBetter }
}

/** "+12 %" of a ratio; for shares the difference in points: "+3.1 pp". */
export function sayChange(ratio: number, unit: Unit, language: Language): string {
  const options = { maximumFractionDigits: 1, signDisplay: 'exceptZero' } as const
  if (unit === 'share') return `${new Intl.NumberFormat(locale(language), options).format(ratio * 100)} pp`
  return new Intl.NumberFormat(locale(language), { style: 'percent', ...options, maximumFractionDigits: 0 }).format(ratio)
}
