import type { Language } from './i18n'
import { locale } from './time'

/** @param minor amount in minor units of `currency` (cents; won has none) */
export function money(minor: number, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(locale(language), { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const amount = minor / 10 ** digits
  return shortenDigits(amount, currency, language, digits)
}

/** Cents matter under ten; above a hundred they are noise. */
function shortenDigits(amount: number, currency: string, language: Language, digits: number): string {
  const fraction = Math.abs(amount) >= 100 ? 0 : digits
  return new Intl.NumberFormat(locale(language), {
    style: 'currency',
    currency,
    minimumFractionDigits: Number.isInteger(amount) ? 0 : fraction,
    maximumFractionDigits: fraction,
  }).format(amount)
}

/** Minor units of what a person typed ("1,200" or "1200.50"), null when it is no amount. */
export function parseMoney(text: string, currency: string): number | null {
  const cleaned = text.replace(/[^\d.,-]/g, '')
  if (!/\d/.test(cleaned)) return null
  const decimal = Math.max(cleaned.lastIndexOf('.'), cleaned.lastIndexOf(','))
  const isFraction = decimal >= 0 && cleaned.length - decimal - 1 <= 2
  const whole = (isFraction ? cleaned.slice(0, decimal) : cleaned).replace(/[.,]/g, '')
  const fraction = isFraction ? cleaned.slice(decimal + 1) : ''
  return Math.round(Number(`${whole || '0'}.${fraction || '0'}`) * 10 ** currencyDigits(currency))
}

/** How many digits a currency has after the point: 2 of euros, none of won. */
export function currencyDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}
