/** What people type into the form, as the server wants it, and how results are said. Pure. */
import type { Scenario, SimulatedFigure } from '../api/types'
import { type Days, isDay, midnight } from '../report/period'

export type Typed = {
  name: string
  first: string
  last: string
  team: string
  rule: string
  mode: string
  people: string
  opens: string
  closes: string
  weekend: boolean
  holidays: boolean
  bot: string
  seeds: string
}

export const RULES = ['hark', 'fifo', 'priority', 'round_robin', 'least_busy'] as const

/** Four whole weeks that ended yesterday, nothing changed. */
export function unchanged(today: string): Typed {
  const date = new Date(`${today}T00:00:00Z`)
  const day = (back: number) => new Date(date.getTime() - back * 86_400_000).toISOString().slice(0, 10)
  return { name: '', first: day(28), last: day(1), team: '', rule: '', mode: '', people: '0', opens: '', closes: '', weekend: false, holidays: false, bot: '0', seeds: '5' }
}

/** The question, or the name of the field that cannot be so. */
export function scenarioOf(typed: Typed, zone: string, fallback: string): { scenario: Scenario } | { wrong: keyof Typed } {
  if (!isDay(typed.first)) return { wrong: 'first' }
  if (!isDay(typed.last) || typed.last < typed.first) return { wrong: 'last' }
  const people = Number(typed.people)
  if (!Number.isInteger(people) || Math.abs(people) > 100) return { wrong: 'people' }
  const bot = Number(typed.bot)
  if (!(bot >= 0 && bot <= 95)) return { wrong: 'bot' }
  if ((typed.opens === '') !== (typed.closes === '')) return { wrong: typed.opens === '' ? 'opens' : 'closes' }
  if (typed.opens !== '' && typed.opens === typed.closes) return { wrong: 'closes' }
  const days: Days = { first: typed.first, after: dayAfter(typed.last) }
  const weekdays = typed.weekend ? [0, 1, 2, 3, 4, 5, 6] : [0, 1, 2, 3, 4]
  return {
    scenario: {
      name: typed.name.trim() || fallback,
      start: midnight(days.first, zone).toISOString(),
      end: midnight(days.after, zone).toISOString(),
      team_id: typed.team ? Number(typed.team) : null,
      rule: (typed.rule || null) as Scenario['rule'],
      mode: (typed.mode || null) as Scenario['mode'],
      more_people: people,
      periods: typed.opens ? weekdays.map((weekday) => ({ weekday, start: typed.opens, end: typed.closes })) : null,
      work_holidays: typed.holidays,
      closed_days: [],
      bot_share: bot / 100,
      seeds: Number(typed.seeds),
    },
  }
}

function dayAfter(day: string): string {
  return new Date(new Date(`${day}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10)
}

const MORE_IS_BETTER = new Set(['resolution_rate'])
const NEITHER = new Set(['contacts', 'utilisation'])

/** Whether the change is good, bad, or cannot be told from chance (the band of the runs holds zero). */
export function verdict(figure: SimulatedFigure): 'better' | 'worse' | 'same' | 'neither' {
  const { low = null, high = null } = figure.difference
  if (low === null || high === null || (low <= 0 && high >= 0)) return 'same'
  if (NEITHER.has(figure.key)) return 'neither'
  return high < 0 !== MORE_IS_BETTER.has(figure.key) ? 'better' : 'worse'
}
