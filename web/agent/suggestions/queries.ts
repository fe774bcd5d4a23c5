import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import type { Page } from '../api/types'

type Schema = components['schemas']
export type Segment = { kind: 'text' | 'filled' | 'blank'; text: string; what: string }
export type Suggestion = Omit<Schema['SuggestionView'], 'segments'> & { segments: Segment[] }
export type Offer = Omit<Schema['OfferView'], 'suggestions'> & { suggestions: Suggestion[] }
export type UseReport = Schema['UseReport']
export type SuggestedAccount = { id: number; name: string; address: string; kind: string; enabled: boolean; learned: number; can: string[] }
export type Frequent = Omit<Schema['FrequentView'], 'segments'> & { segments: Segment[] }
export type Canned = { id: number; name: string; text: string; used: number; used_at: string | null; can: string[] }
export type Filled = { id: number; name: string; segments: Segment[] }

/** What to answer now: asked again when the customer writes more, or another channel is chosen. */
export const offerQuery = (conversation: string, endpoint: string | null, customerSeq: number, publicSeq: number) =>
  queryOptions({
    queryKey: ['suggestions', conversation, endpoint, customerSeq, publicSeq],
    queryFn: () => api.post<Offer>(`/api/conversations/${conversation}/suggestions${endpoint ? `?endpoint_id=${endpoint}` : ''}`, {}),
    staleTime: 60_000,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.learning ? 3000 : false),
  })

export type Article = Schema['ArticleView']
export type ArticleWay = 'link' | 'passage' | 'open'

/** Articles that answer the same question. */
export const articlesQuery = (conversation: string, endpoint: string | null, customerSeq: number, publicSeq: number) =>
  queryOptions({
    queryKey: ['suggested-articles', conversation, endpoint, customerSeq, publicSeq],
    queryFn: () => api.post<Schema['SuggestedArticles']>(`/api/conversations/${conversation}/suggested-articles${endpoint ? `?endpoint_id=${endpoint}` : ''}`, {}),
    staleTime: 60_000,
    retry: false,
  })

export const reportQuery = (days: number) =>
  queryOptions({
    queryKey: ['suggestion-report', days],
    queryFn: ({ signal }) => api.get<UseReport>('/api/suggestions/report', { days }, signal),
    placeholderData: keepPreviousData,
  })

export const accountsQuery = queryOptions({
  queryKey: ['suggestion-accounts'],
  queryFn: async ({ signal }) => (await api.get<Page<SuggestedAccount>>('/api/suggestion-accounts', {}, signal)).items,
})

export const frequentQuery = (account: number) =>
  queryOptions({
    queryKey: ['suggestion-frequent', account],
    queryFn: async ({ signal }) => (await api.get<Page<Frequent>>(`/api/suggestion-accounts/${account}/frequent`, {}, signal)).items,
    staleTime: 60_000,
  })

export const cannedQuery = queryOptions({
  queryKey: ['canned-replies'],
  queryFn: async ({ signal }) => (await api.get<Page<Canned>>('/api/canned-replies', {}, signal)).items,
  staleTime: 60_000,
})
