import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { IntakeItem, MailView, Overview, Page } from '../../api/types'
import { filterQuery, filterSearch, type LedgerFilter } from './filter'

/** What is in work has its fate in a moment. */
const SOON_MS = 1_500
const isInWork = (item: IntakeItem) => item.fate === 'open'

/** Everything below changes when a person decides about a line. */
export const LEDGER = ['/api/intake'] as const

export const ledgerQuery = (filter: LedgerFilter) =>
  infiniteQueryOptions({
    queryKey: [...LEDGER, 'list', filterSearch(filter)],
    queryFn: ({ pageParam, signal }) => api.get<Page<IntakeItem>>('/api/intake', { ...filterQuery(filter, Date.now()), cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isInWork)) ? SOON_MS : false),
  })

export const overviewQuery = (hours: number) =>
  queryOptions({
    queryKey: [...LEDGER, 'overview', hours],
    queryFn: ({ signal }) => api.get<Overview>('/api/intake/overview', { hours }, signal),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  })

export const itemQuery = (id: string) =>
  queryOptions({
    queryKey: [...LEDGER, 'item', id],
    queryFn: ({ signal }) => api.get<IntakeItem>(`/api/intake/${id}`, undefined, signal),
    refetchInterval: (query) => (query.state.data && isInWork(query.state.data) ? SOON_MS : false),
  })

export const mailQuery = (id: string) =>
  queryOptions({
    queryKey: [...LEDGER, 'mail', id],
    queryFn: ({ signal }) => api.get<MailView>(`/api/intake/${id}/mail`, undefined, signal),
    staleTime: 60_000,
    retry: false,
  })
