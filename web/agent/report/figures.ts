/** How figures are said. Pure. */
import type { Language } from '../../shared/i18n'
import { money } from '../../shared/money'
import { duration, locale } from '../../shared/time'
import type { Clock, Unit, Value } from '../api/types'
import type { Key, Translate } from '../app/i18n'
import { en } from '../strings/en'
import type { Better, Figure } from './types'

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
      return new Intl.NumberFormat(locale(language), { maximumFractionDigits: 2 }).format(value)
  }
}

/** The change against the comparison period; `isBetter` null where more is neither good nor bad. Null without both numbers. */
export function change(better: Better, unit: Unit, now: number | null, before: number | null): { ratio: number; isBetter: boolean | null } | null {
  if (now === null || before === null) return null
  if (before === 0 && unit !== 'share') return null
  const ratio = unit === 'share' ? now - before : Math.round(((now - before) / before) * 1000) / 1000
  if (ratio === 0 || better === null) return { ratio, isBetter: null }
  return { ratio, isBetter: better === 'lower' ? ratio < 0 : ratio > 0 }
}

/** "+12 %" of a ratio; for shares the difference in points: "+3.1 pp". */
export function sayChange(ratio: number, unit: Unit, language: Language): string {
  const options = { maximumFractionDigits: 1, signDisplay: 'exceptZero' } as const
  if (unit === 'share') return `${new Intl.NumberFormat(locale(language), options).format(ratio * 100)} pp`
  return new Intl.NumberFormat(locale(language), { style: 'percent', ...options, maximumFractionDigits: 0 }).format(ratio)
}

const has = (key: string): key is Key => key in en

/** The figure's name in the reader's language; the server's own where the catalogue has none yet. */
export function figureName(t: Translate, figure: { key: string; name?: string }): string {
  const key = `figure.${figure.key}`
  return has(key) ? t(key) : (figure.name ?? figure.key)
}

export function formulaText(t: Translate, figure: { key: string; clock: Clock | null; formula: string }): string {
  const [withClock, plain] = [`formula.${figure.key}.${figure.clock}`, `formula.${figure.key}`]
  return has(withClock) ? t(withClock) : has(plain) ? t(plain) : figure.formula
}

/** Of figures with two clocks the chosen one leads; `other` stands beside it. */
export function byClock(figures: readonly Figure[], clock: Clock): { figure: Figure; other: Figure | null }[] {
  return figures
    .filter((one) => one.clock === null || one.clock === clock || !figures.some((other) => other.key === one.key && other.clock === clock))
    .map((figure) => ({ figure, other: figures.find((one) => one.key === figure.key && one.clock !== figure.clock) ?? null }))
}
