import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'

export type Staffing = components['schemas']['Staffing']
export type Slot = Staffing['slots'][number]
export type Channel = Staffing['channels'][number]
export type Asked = { weeks: number; team: number | null; within: number; occupancy: number; chats: number }

export const staffingQuery = ({ weeks, team, within, occupancy, chats }: Asked) =>
  queryOptions({
    queryKey: ['staffing', weeks, team, within, occupancy, chats],
    queryFn: ({ signal }) => api.get<Staffing>('/api/staffing', { weeks, team_id: team ?? undefined, within, occupancy, chats }, signal),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  })
