import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Candidate, CostCase, Page, SlownessAnswer } from '../api/types'
import { comparisonDays, dayIn, midnight, type Preset, presetDays } from '../report/period'

export type Asked = { preset: Preset; compare: 'before' | 'lastYear' | 'none'; team: number | null }
export type SlownessBody = { start: string; end: string; time_zone: string; compare: { start: string; end: string } | null; team_id: number | null; candidate: Candidate | null }

/** The question of these controls, on whole days of the reader's zone. */
export function bodyOf({ preset, compare, team }: Asked, candidate: Candidate | null, now: number): SlownessBody {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const days = presetDays(preset, dayIn(now, zone))
  const span = (first: string, after: string) => ({ start: midnight(first, zone).toISOString(), end: midnight(after, zone).toISOString() })
  const before = compare === 'none' ? null : comparisonDays(days, compare)
  return { ...span(days.first, days.after), time_zone: zone, compare: before && span(before.first, before.after), team_id: team, candidate }
}

export const slownessQuery = (body: SlownessBody) =>
  queryOptions({
    queryKey: ['priceOfSlowness', body],
    queryFn: ({ signal }) => api.post<SlownessAnswer>('/api/prices/slowness', body, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export const costCasesQuery = (body: SlownessBody, by: string, key: string) =>
  queryOptions({
    queryKey: ['priceOfSlowness', 'cases', body, by, key],
    queryFn: async ({ signal }) => (await api.post<Page<CostCase>>('/api/prices/cases', { ...body, by, key }, { signal })).items,
    staleTime: 60_000,
  })
