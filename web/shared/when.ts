/** Natural dates for snooze, promise and send later: "tomorrow 9", "mon 14:30", "in 3 hours", "내일 오후 2시", "tra 2 giorni". */

export type Choice = 'in1h' | 'in3h' | 'evening' | 'tomorrow' | 'monday' | 'nextWeek'

const MORNING = 9
const EVENING = 18

/** The choices that make sense at `now`, in order of time. All in the zone of the browser. */
export function choices(now: Date): { choice: Choice; at: Date }[] {
  const list: { choice: Choice; at: Date }[] = [
    { choice: 'in1h', at: new Date(now.getTime() + 3_600_000) },
    { choice: 'in3h', at: new Date(now.getTime() + 3 * 3_600_000) },
    ...(now.getHours() < EVENING - 2 ? [{ choice: 'evening' as const, at: atHour(now, 0, EVENING) }] : []),
    { choice: 'tomorrow', at: atHour(now, 1, MORNING) },
    { choice: 'monday', at: atHour(now, daysUntil(now, 1), MORNING) },
    { choice: 'nextWeek', at: atHour(now, 7, MORNING) },
  ]
  return list.filter((one, index) => list.findIndex((other) => other.at.getTime() === one.at.getTime()) === index)
}

const DAYS: Record<string, number> = {
  sun: 0, sunday: 0, mon: 1, monday: 1, tue: 2, tuesday: 2, wed: 3, wednesday: 3, thu: 4, thursday: 4, fri: 5, friday: 5, sat: 6, saturday: 6,
  domenica: 0, lunedi: 1, martedi: 2, mercoledi: 3, giovedi: 4, venerdi: 5, sabato: 6, lun: 1, mar: 2, mer: 3, gio: 4, ven: 5, sab: 6, dom: 0,
  일요일: 0, 월요일: 1, 화요일: 2, 수요일: 3, 목요일: 4, 금요일: 5, 토요일: 6,
}
const MONTHS = ['jan|gen', 'feb', 'mar', 'apr', 'may|mag', 'jun|giu', 'jul|lug', 'aug|ago', 'sep|set', 'oct|ott', 'nov', 'dec|dic']
const UNIT_MS: [RegExp, number][] = [
  [/^(m|min|mins|minutes?|minut[oi]|분)$/, 60_000],
  [/^(h|hours?|or[ae]|시간)$/, 3_600_000],
  [/^(d|days?|g|giorn[oi]|일)$/, 86_400_000],
  [/^(w|weeks?|settiman[ae]|주)$/, 7 * 86_400_000],
]

/** The instant meant, always after `now`; null when the words mean none. */
export function parseWhen(text: string, now: Date): Date | null {
  const words = text.trim().toLocaleLowerCase().normalize('NFKD').replace(/[\u0300-\u036f]/g, '').normalize('NFC')
  if (!words) return null
  return relative(words, now) ?? onDay(words, now)
}

function relative(words: string, now: Date): Date | null {
  const match = /^(?:in |tra |fra )?(\d+(?:[.,]\d+)?|an?|un[ao]?)\s*([a-z]+|분|시간|일|주)\s*(?:후|뒤|later)?$/.exec(words)
  if (!match) return null
  const unit = UNIT_MS.find(([name]) => name.test(match[2]!))?.[1]
  if (!unit) return null
  const n = /\d/.test(match[1]!) ? Number(match[1]!.replace(',', '.')) : 1
  if (unit < 86_400_000) return after(new Date(now.getTime() + n * unit), now)
  const day = new Date(now)
  day.setDate(day.getDate() + Math.round((n * unit) / 86_400_000))
  return after(day, now)
}

function onDay(words: string, now: Date): Date | null {
  const { time, rest } = takeTime(words)
  const named = rest === '' && time ? 0 : dayOffset(rest, now)
  const hour = time ?? { h: defaultHour(rest), min: 0 }
  if (named !== null) {
    const at = atHour(now, named, hour.h, hour.min)
    return at > now ? at : rest === '' ? atHour(now, 1, hour.h, hour.min) : null
  }
  const date = calendarDate(rest, now)
  if (!date) return null
  date.setHours(hour.h, hour.min, 0, 0)
  return after(date, now)
}

/** Splits "mon 14:30", "tomorrow 9", "3pm", "내일 오후 2시", "domani alle 9" into its time and the rest. */
function takeTime(words: string): { time: { h: number; min: number } | null; rest: string } {
  const match =
    /(?:^|\s)(?:at |alle |ore )?(오전|오후)?\s*(\d{1,2})(?::(\d{2})|시(?:\s*(\d{1,2})분)?)?\s*(am|pm)?$/.exec(words)
  if (!match || (/^\d{1,2}$/.test(match[0].trim()) && /[a-z]{3,}\s*$/.test(words.slice(0, match.index)) && isMonth(words.slice(0, match.index)))) {
    return { time: null, rest: words }
  }
  let h = Number(match[2])
  const min = Number(match[3] ?? match[4] ?? 0)
  const isAfternoon = match[1] === '오후' || match[5] === 'pm'
  if (isAfternoon && h < 12) h += 12
  if ((match[1] === '오전' || match[5] === 'am') && h === 12) h = 0
  if (h > 23 || min > 59) return { time: null, rest: words }
  return { time: { h, min }, rest: words.slice(0, match.index).replace(/[,\s]+$/, '').trim() }
}

function dayOffset(rest: string, now: Date): number | null {
  if (/^(today|tonight|this (evening|afternoon)|oggi|stasera|오늘|오늘 저녁)$/.test(rest)) return 0
  if (/^(tomorrow|tmr|domani|내일)$/.test(rest)) return 1
  if (/^(dopodomani|모레|day after tomorrow)$/.test(rest)) return 2
  if (/^(next week|settimana prossima|prossima settimana|다음 ?주)$/.test(rest)) return 7
  const day = DAYS[rest.replace(/^(next|on|prossim[oa]|다음 ?주?) ?/, '')]
  return day === undefined ? null : daysUntil(now, day)
}

function defaultHour(rest: string): number {
  return /tonight|evening|stasera|저녁/.test(rest) ? EVENING : MORNING
}

/** "21 nov", "nov 21", "2026-11-21", "21/11", "11월 21일"; without a year the next such day. */
function calendarDate(rest: string, now: Date): Date | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(rest)
  if (iso) return realDate(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const numeric = /^(\d{1,2})[/.](\d{1,2})\.?$/.exec(rest)
  const korean = /^(\d{1,2})월\s*(\d{1,2})일$/.exec(rest)
  const named = /^(\d{1,2})\.? ([a-z]{3,})$/.exec(rest)
  const english = /^([a-z]{3,}) (\d{1,2})$/.exec(rest)
  const [day, month] = numeric
    ? [Number(numeric[1]), Number(numeric[2])]
    : korean
      ? [Number(korean[2]), Number(korean[1])]
      : named
        ? [Number(named[1]), monthNumber(named[2]!)]
        : english
          ? [Number(english[2]), monthNumber(english[1]!)]
          : [0, 0]
  const date = realDate(now.getFullYear(), month, day)
  if (!date) return null
  const endOfDay = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1)
  return endOfDay > now ? date : realDate(now.getFullYear() + 1, month, day)
}

function realDate(year: number, month: number, day: number): Date | null {
  const date = new Date(year, month - 1, day)
  return month >= 1 && date.getMonth() === month - 1 && date.getDate() === day ? date : null
}

function monthNumber(word: string): number {
  return MONTHS.findIndex((name) => new RegExp(`^(${name})`).test(word)) + 1
}

function isMonth(words: string): boolean {
  return monthNumber(words.trim().split(/\s+/).at(-1) ?? '') > 0
}

/** Days from today to the next such weekday; the same weekday means in seven days. */
function daysUntil(now: Date, weekday: number): number {
  return ((weekday - now.getDay() + 6) % 7) + 1
}

function atHour(now: Date, days: number, hour: number, minute = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute)
}

function after(at: Date, now: Date): Date | null {
  return at > now ? at : null
}
