import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Page, Simulation } from '../api/types'

/** One's own simulations, asked again every second while one of them waits or runs. */
export const simulationsQuery = queryOptions({
  queryKey: ['simulations'],
  queryFn: async ({ signal }) => (await api.get<Page<Simulation>>('/api/simulations', {}, signal)).items,
  refetchInterval: ({ state }) => (state.data?.some(isOpen) ? 1000 : false),
})

export function isOpen(run: Simulation): boolean {
  return run.state === 'waiting' || run.state === 'running'
}
