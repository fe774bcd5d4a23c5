import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import type { Page } from '../api/types'

export type Staffing = components['schemas']['Staffing']
export type Slot = Staffing['slots'][number]
export type Channel = Staffing['channels'][number]
export type Trial = components['schemas']['Trial']
export type Tried = components['schemas']['Tried']
export type Asked = { weeks: number; team: number | null; within: number; occupancy: number; chats: number }

export const staffingQuery = ({ weeks, team, within, occupancy, chats }: Asked) =>
  queryOptions({
    queryKey: ['staffing', weeks, team, within, occupancy, chats],
    queryFn: ({ signal }) => api.get<Staffing>('/api/staffing', { weeks, team_id: team ?? undefined, within, occupancy, chats }, signal),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  })

/** One's own trials of plans, newest first; asked again every second while one of them waits or is computed. */
export const trialsQuery = queryOptions({
  queryKey: ['staffing-trials'],
  queryFn: async ({ signal }) => (await api.get<Page<Trial>>('/api/staffing/trials', {}, signal)).items,
  refetchInterval: ({ state }) => (state.data?.some(isGoing) ? 1000 : false),
})

export function isGoing(trial: Trial): boolean {
  return trial.state === 'waiting' || trial.state === 'running'
}

export function isOf(trial: Trial, asked: Asked): boolean {
  const { within, occupancy, chats } = trial.assumptions
  return trial.weeks === asked.weeks && trial.team_id === asked.team && within === asked.within && occupancy === asked.occupancy && chats === asked.chats
}
