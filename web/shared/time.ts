/** How times are said. Durations are seconds, instants are ISO 8601 strings or epoch milliseconds. */
import type { Language } from './i18n'

type Units = { s: string; min: string; h: string; d: string; join: string; gap: string }

const UNITS: Record<Language, Units> = {
  en: { s: 's', min: 'min', h: 'h', d: 'd', join: ' ', gap: ' ' },
  ko: { s: '초', min: '분', h: '시간', d: '일', join: ' ', gap: '' },
  it: { s: 's', min: 'min', h: 'h', d: 'g', join: ' ', gap: ' ' },
}

/** "45 s", "12 min", "3 h 12 min", "2 d 4 h": at most two units, the smaller one dropped when zero. */
export function duration(seconds: number, language: Language): string {
  const unit = UNITS[language]
  const part = (n: number, name: 's' | 'min' | 'h' | 'd') => `${n}${unit.gap}${unit[name]}`
  const pair = (a: number, nameA: 'min' | 'h' | 'd', b: number, nameB: 's' | 'min' | 'h') =>
    b === 0 ? part(a, nameA) : part(a, nameA) + unit.join + part(b, nameB)
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return part(s, 's')
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return part(minutes, 'min')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min')
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const MOMENT: Record<Language, string> = { en: '<1 min', ko: '1분 미만', it: '<1 min' }

/** How long somebody has waited: clocks on screen move in quarter minutes, so seconds would be a pretence. */
export function waitDuration(seconds: number, language: Language): string {
  return seconds < 60 ? MOMENT[language] : duration(seconds, language)
}

/** The same with one unit only, for narrow places: "45 s", "3 h", "2 d". */
export function shortDuration(seconds: number, language: Language): string {
  const unit = UNITS[language]
  const s = Math.max(0, Math.floor(seconds))
  const [n, name]: [number, 's' | 'min' | 'h' | 'd'] =
    s < 60 ? [s, 's'] : s < 3600 ? [Math.floor(s / 60), 'min'] : s < 86400 ? [Math.floor(s / 3600), 'h'] : [Math.floor(s / 86400), 'd']
  return `${n}${unit.gap}${unit[name]}`
}

const AGO: Record<Language, (text: string) => string> = {
  en: (text) => `${text} ago`,
  ko: (text) => `${text} 전`,
  it: (text) => `${text} fa`,
}
const IN: Record<Language, (text: string) => string> = {
  en: (text) => `in ${text}`,
  ko: (text) => `${text} 후`,
  it: (text) => `tra ${text}`,
}
const NOW: Record<Language, string> = { en: 'just now', ko: '방금', it: 'adesso' }

/** Relative under a day ("3 h 12 min ago"), else the day and time ("21 Nov, 14:03"; with the year when it is another one). */
export function moment(at: string | number, now: number, language: Language, zone?: string): string {
  const instant = new Date(at).getTime()
  const seconds = (now - instant) / 1000
  if (Math.abs(seconds) < 45) return NOW[language]
  if (seconds > 0 && seconds < 86400) return AGO[language](duration(seconds, language))
  if (seconds < 0 && seconds > -86400) return IN[language](duration(-seconds, language))
  return dayAndTime(instant, now, language, zone)
}

export function dayAndTime(at: string | number, now: number, language: Language, zone?: string): string {
  const date = new Date(at)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale(language), {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(date)
}

/** The time of the day alone: "14:03". `zone` is somebody else's clock; a zone nobody knows counts as the reader's. */
export function clock(at: string | number, language: Language, zone?: string): string {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat(locale(language), { ...options, timeZone: zone }).format(new Date(at))
  } catch {
    return new Intl.DateTimeFormat(locale(language), options).format(new Date(at))
  }
}

/** Full date, time and zone, for hover. */
export function absolute(at: string | number, language: Language, zone?: string): string {
  return new Intl.DateTimeFormat(locale(language), {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone: zone,
  }).format(new Date(at))
}

/** "Today", "Yesterday" or the date: the separator between days of a thread. */
export function dayName(at: string | number, now: number, language: Language): string {
  const days = Math.round((midnight(now) - midnight(new Date(at).getTime())) / 86_400_000)
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(locale(language), { numeric: 'auto' }).format(-days, 'day')
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1)
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale(language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(new Date(at))
}

export function sameDay(a: string | number, b: string | number): boolean {
  return midnight(new Date(a).getTime()) === midnight(new Date(b).getTime())
}

/** British order and 24 hours for English: day before month is unambiguous with a month's name. */
export function locale(language: Language): string {
  return language === 'en' ? 'en-GB' : language
}

function midnight(at: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}
