import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { ValueView } from '../../api/types'

export const valueQuery = queryOptions({
  queryKey: ['value'],
  queryFn: ({ signal }) => api.get<ValueView>('/api/value', undefined, signal),
  staleTime: 60_000,
})
