/** The visitor's language: every file in `strings/` is one, loaded alone. */
import type { Message, Strings } from '../strings/en'

type Catalogue = { strings: Strings; formal?: Partial<Strings> }
export type Variables = Record<string, string | number>
export type Words = {
  /** As Intl takes it, with the visitor's region where it is the same language: `en-GB` writes other times than `en`. */
  language: string
  rtl: boolean
  t: (key: keyof Strings, variables?: Variables) => string
}

const FILES = import.meta.glob<Catalogue>('../strings/*.ts')
const RTL = /^(ar|arc|ckb|dv|fa|he|ku|ps|sd|ug|ur|yi)\b/

export const LANGUAGES = Object.keys(FILES).map((path) => path.slice('../strings/'.length, -'.ts'.length))

/** The first wish we speak: `pt-BR` is also `pt`. */
export function chooseLanguage(wishes: readonly string[], spoken: readonly string[] = LANGUAGES): string {
  for (const wish of wishes) {
    const tag = wish.toLowerCase()
    const found = spoken.find((one) => one.toLowerCase() === tag) ?? spoken.find((one) => one === base(tag))
    if (found) return found
  }
  return 'en'
}

/** `it-formal` asks for the polite form of Italian, where its catalogue has one. */
export function wantsFormal(language: string, tags: readonly string[]): boolean {
  return tags.some((tag) => tag.toLowerCase() === `${language}-formal`)
}

/** The workspace's own sentence in the visitor's language, else in the inbox's, else in any. */
export function pick(texts: Record<string, string>, language: string, fallback: string): string {
  const wishes = [language, base(language), fallback, base(fallback)]
  return wishes.map((tag) => texts[tag]).find(Boolean) ?? Object.values(texts)[0] ?? ''
}

const base = (tag: string) => tag.split('-')[0] ?? tag

export async function loadWords(language: string, isFormal = false): Promise<Words> {
  const { strings, formal } = await FILES[`../strings/${language}.ts`]!()
  const regional = navigator.languages.find((tag) => base(tag) === language)
  return words(regional ?? language, isFormal ? { ...strings, ...formal } : strings)
}

export function words(language: string, strings: Strings): Words {
  return {
    language,
    rtl: RTL.test(language),
    t: (key, variables = {}) => fill(strings[key], variables, language),
  }
}

export function fill(message: Message, variables: Variables, language: string): string {
  const text = typeof message === 'string' ? message : message[new Intl.PluralRules(language).select(Number(variables.n))] ?? message.other
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = variables[name]
    if (value === undefined) return place
    return typeof value === 'number' ? numbers(language, {}).format(value) : value
  })
}

/** Making a formatter costs more than a hundred uses of it. */
function kept<O, F>(make: (language: string, options: O) => F): (language: string, options: O) => F {
  const made = new Map<string, F>()
  return (language, options) => {
    const key = language + JSON.stringify(options)
    const found = made.get(key) ?? make(language, options)
    made.set(key, found)
    return found
  }
}

const dates = kept((language, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options))
const relative = kept((language, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(language, options))
const numbers = kept((language, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options))

/** "2 minutes", "1 hour", "2분": the time within which an answer is to be expected. */
export function span(seconds: number, language: string): string {
  const [n, unit] = seconds < 90 * 60 ? [Math.max(1, Math.round(seconds / 60)), 'minute'] : [Math.round(seconds / 3600), 'hour']
  return numbers(language, { style: 'unit', unit: unit as string, unitDisplay: 'long' }).format(n as number)
}

/** Relative under a day ("12 min ago"), else the date. */
export function ago(at: string, now: number, language: string): string {
  const minutes = Math.round((now - new Date(at).getTime()) / 60_000)
  if (minutes < 24 * 60) {
    const format = relative(language, { numeric: 'auto', style: 'short' })
    if (minutes < 1) return format.format(0, 'second')
    return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour')
  }
  return dates(language, { day: 'numeric', month: 'short' }).format(new Date(at))
}

/** With day, time and zone, for hover. */
export function absolute(at: string, language: string): string {
  return dates(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
}

/** "05:13", as in the workspace; where a day has twice twelve hours, "5:13 AM". */
export function clock(at: string | Date, language: string): string {
  const twelve = dates(language, { hour: 'numeric' }).resolvedOptions().hour12
  return dates(language, { hour: twelve ? 'numeric' : '2-digit', minute: '2-digit' }).format(new Date(at))
}

/** "Today", "Yesterday" or the day: the line between the days of a thread. */
export function dayName(at: string, now: number, language: string): string {
  const days = daysFrom(now, at)
  if (days === 0 || days === -1) return capital(relative(language, { numeric: 'auto' }).format(days, 'day'), language)
  return dates(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(at))
}

/** "We are back tomorrow at 09:00." in the visitor's own zone. */
export function backSentence(backAt: string | null, now: number, { t, language }: Words): string {
  if (!backAt) return t('away')
  const days = daysFrom(now, backAt)
  const time = clock(backAt, language)
  if (days <= 0) return t('awayToday', { time })
  if (days === 1) return t('awayTomorrow', { time })
  const style = days < 7 ? { weekday: 'long' as const } : { weekday: 'long' as const, day: 'numeric' as const, month: 'long' as const }
  return t('awayDay', { time, day: dates(language, style).format(new Date(backAt)) })
}

export function bytes(n: number, language: string): string {
  const [value, unit] = n < 1_000_000 ? [Math.max(1, n / 1000), 'kilobyte'] : [n / 1_000_000, 'megabyte']
  return numbers(language, { style: 'unit', unit: unit as string, maximumFractionDigits: 1 }).format(value as number)
}

/** Calendar days from `now` to `at`. */
function daysFrom(now: number, at: string): number {
  const [a, b] = [new Date(now), new Date(at)].map((date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()))
  return Math.round((b! - a!) / 86_400_000)
}

function capital(word: string, language: string): string {
  return word.charAt(0).toLocaleUpperCase(language) + word.slice(1)
}
