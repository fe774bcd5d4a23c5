import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Page } from '../api/types'

/** A short list of settings as a query of its own. */
export function settingsList<T>(path: string) {
  return queryOptions({
    queryKey: [path],
    queryFn: async ({ signal }) => (await api.get<Page<T>>(path, undefined, signal)).items,
    staleTime: 60_000,
  })
}
