import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Page } from '../api/types'
import type { Bot, BotRow, BotVersion, Funnel, Replay, Trouble } from './types'

export const botsQuery = queryOptions({
  queryKey: ['bots'],
  queryFn: async ({ signal }) => (await api.get<Page<BotRow>>('/api/bots', {}, signal)).items,
})

export const botQuery = (id: number) =>
  queryOptions({ queryKey: ['bots', id], queryFn: ({ signal }) => api.get<Bot>(`/api/bots/${id}`, {}, signal), staleTime: Infinity })

export const versionsQuery = (id: number) =>
  queryOptions({ queryKey: ['bots', id, 'versions'], queryFn: async ({ signal }) => (await api.get<Page<BotVersion>>(`/api/bots/${id}/versions`, {}, signal)).items })

export const funnelQuery = (id: number, days: number) =>
  queryOptions({ queryKey: ['bots', id, 'funnel', days], queryFn: ({ signal }) => api.get<Funnel>(`/api/bots/${id}/funnel`, { days }, signal), staleTime: 60_000 })

export const troublesQuery = (id: number) =>
  queryOptions({ queryKey: ['bots', id, 'troubles'], queryFn: async ({ signal }) => (await api.get<{ items: Trouble[] }>(`/api/bots/${id}/troubles`, {}, signal)).items })

/** One's own replays, newest first; asked again every second while one is being computed. */
export const replaysQuery = (id: number) =>
  queryOptions({
    queryKey: ['bots', id, 'replays'],
    queryFn: async ({ signal }) => (await api.get<Page<Replay>>(`/api/bots/${id}/replays`, {}, signal)).items,
    refetchInterval: ({ state }) => (state.data?.some(isGoing) ? 1000 : false),
  })

export function isGoing(replay: Replay): boolean {
  return replay.state === 'waiting' || replay.state === 'running'
}
