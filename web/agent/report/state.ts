/**
 * What a report page shows, as its address has it. The same words stand in saved reports and in the API's `state`,
 * so a link, a saved report and a mail show the same.
 */
import { useCallback, useMemo } from 'react'
import type { Query } from '../api/client'
import { useRoute, useSearch, navigate } from '../app/router'
import type { Clock } from '../api/types'
import { chooseInterval, type Comparison, COMPARISONS, comparisonDays, type Day, dayIn, type Days, addDays, isDay, midnight, type Preset, PRESETS, presetDays } from './period'

export const FILTERS = ['channel', 'account', 'team', 'agent', 'tag', 'topic', 'company', 'filter'] as const
export type FilterName = (typeof FILTERS)[number]

export type ReportState = {
  period: Preset | 'custom'
  start: Day
  end: Day
  compare: Comparison
  compare_start: Day
  compare_end: Day
  /** '': the reader's own. */
  zone: string
  clock: Clock
  figure: string
  by: string
} & Record<FilterName, string>

/** What the page opens beside itself: the conversations behind a number. */
export type Drill = { key: string | null; by: string | null; waiting: boolean | null; figure: string; clock: Clock | null }

const DEFAULTS: ReportState = {
  period: '28d', start: '', end: '', compare: 'before', compare_start: '', compare_end: '', zone: '', clock: 'team', figure: 'first_reply', by: 'team',
  channel: '', account: '', team: '', agent: '', tag: '', topic: '', company: '', filter: '',
}

/** Names it does not know are left out, values that are none become the usual ones: an old link still opens. */
export function parseState(search: string): ReportState {
  const params = new URLSearchParams(search)
  const state = { ...DEFAULTS }
  for (const name of Object.keys(DEFAULTS) as (keyof ReportState)[]) {
    const value = params.get(name)
    if (value !== null) (state as Record<string, string>)[name] = value
  }
  if (![...PRESETS, 'custom'].includes(state.period)) state.period = DEFAULTS.period
  if (!COMPARISONS.includes(state.compare)) state.compare = DEFAULTS.compare
  if (state.clock !== 'customer') state.clock = 'team'
  if (state.period === 'custom' && !(isDay(state.start) && isDay(state.end) && state.start <= state.end)) state.period = DEFAULTS.period
  if (state.compare === 'custom' && !(isDay(state.compare_start) && isDay(state.compare_end) && state.compare_start <= state.compare_end)) state.compare = 'before'
  if (state.zone && !isZone(state.zone)) state.zone = ''
  return state
}

/** Only what differs from the usual, in one order: the same state is always the same address. */
export function stateSearch(state: ReportState, drill: Drill | null = null): string {
  const params = new URLSearchParams()
  for (const name of Object.keys(DEFAULTS) as (keyof ReportState)[]) if (state[name] !== DEFAULTS[name]) params.set(name, state[name])
  if (drill) {
    params.set('cases', drill.figure)
    if (drill.clock) params.set('cases_clock', drill.clock)
    if (drill.key !== null) params.set('cases_key', drill.key)
    if (drill.by !== null) params.set('cases_by', drill.by)
    if (drill.waiting !== null) params.set('cases_waiting', String(drill.waiting))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

export function parseDrill(search: string): Drill | null {
  const params = new URLSearchParams(search)
  const figure = params.get('cases')
  if (!figure) return null
  const clock = params.get('cases_clock')
  const waiting = params.get('cases_waiting')
  return {
    figure, clock: clock === 'team' || clock === 'customer' ? clock : null, key: params.get('cases_key'), by: params.get('cases_by'),
    waiting: waiting === null ? null : waiting === 'true',
  }
}

/** The state as the server keeps it: ids as numbers, nothing that is empty. */
export function storedState(state: ReportState, page: 'overview' | 'breakdown'): Record<string, unknown> {
  const numbers = new Set(['account', 'team', 'agent', 'tag', 'topic'])
  const entries = (Object.keys(DEFAULTS) as (keyof ReportState)[])
    .filter((name) => state[name] !== '')
    .map((name) => [name, numbers.has(name) ? Number(state[name]) : state[name]] as const)
  return { page, ...Object.fromEntries(entries) }
}

/** The inverse, for a saved report that is opened. */
export function openedState(stored: Record<string, unknown>): ReportState {
  const params = new URLSearchParams()
  for (const name of Object.keys(DEFAULTS)) if (stored[name] !== null && stored[name] !== undefined) params.set(name, String(stored[name]))
  return parseState(params.toString())
}

export function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function daysOf(state: ReportState, now: number): Days {
  if (state.period === 'custom') return { first: state.start, after: addDays(state.end, 1) }
  return presetDays(state.period, dayIn(now, state.zone || ownZone()))
}

export function comparedDays(state: ReportState, days: Days): Days | null {
  if (state.compare === 'none') return null
  if (state.compare === 'custom') return { first: state.compare_start, after: addDays(state.compare_end, 1) }
  return comparisonDays(days, state.compare)
}

/** The question to the reports API. */
export function reportQuery(state: ReportState, now: number): Query {
  const zone = state.zone || ownZone()
  const days = daysOf(state, now)
  const before = comparedDays(state, days)
  return {
    start: midnight(days.first, zone).toISOString(),
    end: midnight(days.after, zone).toISOString(),
    ...(before
      ? { compare_start: midnight(before.first, zone).toISOString(), compare_end: midnight(before.after, zone).toISOString() }
      : { compare: 'none' }),
    interval: chooseInterval(days),
    time_zone: zone,
    channel: state.channel,
    account_id: state.account,
    team_id: state.team,
    agent_id: state.agent,
    tag_id: state.tag,
    topic_id: state.topic,
    company_id: state.company,
    filter: state.filter,
  }
}

/** The state in the address, and how to change it: each change is a step the back button takes back. */
export function useReportState() {
  const search = useSearch()
  const route = useRoute()
  const state = useMemo(() => parseState(search), [search])
  const drill = useMemo(() => parseDrill(search), [search])
  const set = useCallback(
    (patch: Partial<ReportState>) => {
      if (route.page === 'reports') navigate(route, { search: stateSearch({ ...parseState(location.search), ...patch }) })
    },
    [route],
  )
  const open = useCallback(
    (next: Drill | null) => {
      if (route.page === 'reports') navigate(route, { search: stateSearch(parseState(location.search), next) })
    },
    [route],
  )
  return { state, drill, set, open }
}
