/** The numbers of the value model as people type them: each with its unit, and how what was typed becomes a candidate. */
import { parseMoney } from '../../../shared/money'
import type { Candidate, ValueView } from '../../api/types'

export type Unit = 'money' | 'times' | 'months' | 'days' | 'years' | 'percent' | 'hours' | 'minutes' | 'rows' | 'patiences'
type Simple = Exclude<keyof ValueView['value'], 'version' | 'rates' | 'plan_monthly_minor' | 'severity_weights' | 'curve'>

/** How many of what is stored make one of what is typed. */
const SIZE: Record<Unit, number> = { money: 1, times: 1, months: 1, days: 1, years: 1, percent: 0.01, hours: 3600, minutes: 60, rows: 1, patiences: 1 }

export const NUMBERS = {
  default_monthly_minor: 'money',
  months: 'months',
  renewal_factor: 'times',
  renewal_share: 'percent',
  renewal_days: 'days',
  vip_factor: 'times',
  tenure_years: 'years',
  tenure_factor: 'times',
  leave_once: 'percent',
  leave_slowly: 'percent',
  slow_half_s: 'days',
  clock_share: 'percent',
  handle_s: 'minutes',
  reserved_every: 'rows',
  limit_patience: 'patiences',
  limit_open_s: 'hours',
} as const satisfies Record<Simple, Unit>

export type NumberName = keyof typeof NUMBERS

/** What is typed and not yet saved, by the name of its field ("months", "severity:2", "plan:Pro", "patience:3", "topic:7"). */
export type Typed = Readonly<Record<string, string>>

const sizeOf = (name: NumberName): number => (name === 'slow_half_s' ? 86_400 : SIZE[NUMBERS[name]])

export function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** 7.4 and not 7.399999: what is shown has four digits that count, or cents. */
export const shown = (value: number): string => String(Number(Math.abs(value) >= 1000 ? value.toFixed(2) : value.toPrecision(4)))

export function numberText(name: NumberName, value: number, currency: string): string {
  return NUMBERS[name] === 'money' ? shown(value / 10 ** digitsOf(currency)) : shown(value / sizeOf(name))
}

export function parseNumber(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() === '' || !Number.isFinite(value) || value < 0 ? null : value
}

function parsed(name: NumberName, text: string, currency: string): number | null {
  if (NUMBERS[name] === 'money') return text.trim() === '' ? null : parseMoney(text, currency)
  const value = parseNumber(text)
  if (value === null) return null
  const stored = value * sizeOf(name)
  return Number.isInteger(value) && sizeOf(name) >= 1 ? Math.round(stored) : stored
}

/** The candidate that was typed, and the fields that hold no number. */
export function candidateOf(typed: Typed, view: ValueView): { candidate: Candidate; wrong: ReadonlySet<string> } {
  const wrong = new Set<string>()
  const number = (field: string, read: (text: string) => number | null = parseNumber): number | null => {
    const text = typed[field]
    if (text === undefined) return null
    const value = read(text)
    if (value === null) wrong.add(field)
    return value
  }
  const value: Record<string, unknown> = {}
  for (const name of Object.keys(NUMBERS) as NumberName[]) {
    const found = number(name, (text) => parsed(name, text, view.currency))
    if (found !== null) value[name] = found
  }
  const weights = view.value.severity_weights!.map((weight, level) => number(`severity:${level}`) || weight)
  if (weights.some((weight, level) => weight !== view.value.severity_weights![level])) value.severity_weights = weights
  const plans = { ...view.value.plan_monthly_minor }
  const rates = { ...view.value.rates }
  for (const field of Object.keys(typed)) {
    const [kind, key] = [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1)]
    if (kind === 'plan') {
      if (typed[field]!.trim() === '') delete plans[key]
      else plans[key] = number(field, (text) => parseMoney(text, view.currency)) ?? 0
      value.plan_monthly_minor = plans
    }
    if (kind === 'rate') {
      if (typed[field]!.trim() === '') delete rates[key]
      else rates[key] = number(field) || 1
      value.rates = rates
    }
  }
  return { candidate: { value, channels: channelsOf(view, number), topics: topicsOf(typed, number) }, wrong }
}

/** Seconds per unit in which the patience of a channel is typed: hours where people wait for hours. */
export const patienceSize = (channel: { channel: string }, away = false): number => (away || channel.channel === 'email' ? 3600 : 60)

type Read = (field: string) => number | null

function channelsOf(view: ValueView, number: Read): Candidate['channels'] {
  return view.channels.flatMap((channel) => {
    const [live, away] = [number(`patience:${channel.account_id}`), number(`away:${channel.account_id}`)]
    if (live === null && away === null) return []
    const seconds = (value: number | null, stored: number | null, size: number) => (value === null ? stored : Math.max(1, Math.round(value * size)))
    return [
      {
        account_id: channel.account_id,
        patience_s: seconds(live, channel.patience_s, patienceSize(channel))!,
        away_patience_s: seconds(away, channel.away_patience_s, patienceSize(channel, true)),
      },
    ]
  })
}

function topicsOf(typed: Typed, number: Read): Candidate['topics'] {
  return Object.keys(typed)
    .filter((field) => field.startsWith('topic:'))
    .flatMap((field): Candidate['topics'] => {
      const topic_id = Number(field.slice(6))
      if (typed[field]!.trim() === '') return [{ topic_id, handle_s: null }]
      const minutes = number(field)
      return minutes === null ? [] : [{ topic_id, handle_s: Math.max(1, minutes * 60) }]
    })
}
