/** What the pages of the help centre read. All keys begin with `help`, so that one change of an article renews what shows it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Page } from '../api/types'
import type { Filter } from './articles/filter'
import type { Article, ArticleRow, BrokenLink, Centre, Collection, Diff, HelpImport, PublicSettings, Redirect, Version } from './types'

const MINUTE = 60_000
export const HELP = ['help'] as const

const items = <T>(path: string, query: Record<string, number | string> = {}) => ({
  queryKey: [...HELP, path, query] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Page<T>>(path, query, signal).then((page) => page.items),
  staleTime: MINUTE,
})

export const centresQuery = queryOptions(items<Centre>('/api/help/centres'))
export const collectionsQuery = (centre: number) => queryOptions(items<Collection>('/api/help/collections', { centre_id: centre }))
export const brokenQuery = (centre: number) => queryOptions(items<BrokenLink>('/api/help/links', { centre_id: centre }))
export const redirectsQuery = (centre: number) => queryOptions(items<Redirect>('/api/help/redirects', { centre_id: centre }))

export const publicQuery = (centre: number) =>
  queryOptions({ queryKey: [...HELP, 'public', centre], queryFn: ({ signal }) => api.get<PublicSettings>(`/api/help/centres/${centre}/public`, undefined, signal) })

export const PAGE = 100

export const articlesQuery = (centre: number, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...HELP, 'articles', centre, filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ArticleRow>>(
        '/api/help/articles',
        {
          centre_id: centre,
          q: filter.q,
          collection_id: filter.collection,
          language: filter.language,
          state: filter.state === 'stale' ? null : filter.state,
          stale: filter.state === 'stale' ? true : null,
          visibility: filter.visibility,
          cursor: pageParam,
          limit: PAGE,
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  })

export const articleKey = (id: number) => [...HELP, 'article', id] as const
export const articleQuery = (id: number) =>
  queryOptions({ queryKey: articleKey(id), queryFn: ({ signal }) => api.get<Article>(`/api/help/articles/${id}`, undefined, signal), staleTime: MINUTE })

export const versionsQuery = (id: number, language: string) =>
  queryOptions({
    queryKey: [...articleKey(id), 'versions', language],
    queryFn: ({ signal }) => api.get<Page<Version>>(`/api/help/articles/${id}/texts/${language}/versions`, { limit: 100 }, signal).then((page) => page.items),
  })

/** Null stands for the text people work on. */
export const diffQuery = (id: number, language: string, older: number | null, newer: number | null) =>
  queryOptions({
    queryKey: [...articleKey(id), 'diff', language, older, newer],
    queryFn: ({ signal }) => api.get<Diff>(`/api/help/articles/${id}/texts/${language}/diff`, { older, newer }, signal),
  })

export const importsQuery = (centre: number) =>
  queryOptions({
    ...items<HelpImport>('/api/help/imports', { centre_id: centre }),
    // One that is begun on the command line comes into sight by itself too.
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'waiting' || one.state === 'running') ? 1000 : 10_000),
  })
