import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Page } from '../api/types'

/** A short list of settings as a query of its own. */
export function settingsList<T>(path: string) {
  return queryOptions({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      const answer = await api.get<T[] | Page<T>>(path, undefined, signal)
      return Array.isArray(answer) ? answer : answer.items
    },
    staleTime: 60_000,
  })
}
