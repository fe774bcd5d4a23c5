/** Everything the workspace reads, with its cache key. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { type Filter, filterQuery } from '../inbox/filter'
import { api, Problem, type Query } from './client'
import type { Agent, Contact, Conversation, Counters, Me, OutboxRow, Page, Row, Tag, Team, ThreadItem, Topic } from './types'

export const keys = {
  me: ['me'] as const,
  setup: ['setup'] as const,
  lists: ['list'] as const,
  list: (filter: Filter) => ['list', filter] as const,
  counters: ['counters'] as const,
  conversation: (id: string) => ['conversation', id] as const,
  thread: (id: string) => ['thread', id] as const,
  outbox: (id: string) => ['outbox', id] as const,
  offers: ['/api/routing/offers'] as const,
  invitations: ['/api/help/invitations'] as const,
  articles: ['help', 'articles'] as const,
  contact: (id: string) => ['contact', id] as const,
  contactConversations: (id: string) => ['contact', id, 'conversations'] as const,
}

const MINUTE = 60_000

/** Null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await api.get<Me>('/api/me', undefined, signal)
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null
      throw error
    }
  },
  staleTime: Infinity,
  retry: false,
})

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => api.get<{ needed: boolean }>('/api/setup', undefined, signal),
  staleTime: Infinity,
})

/** Lists of settings come as pages; they are short, one page of the largest size holds them. */
async function all<T>(path: string, signal: AbortSignal, query: Query = {}): Promise<T[]> {
  return (await api.get<Page<T>>(path, query, signal)).items
}

export const agentsQuery = queryOptions({ queryKey: ['agents'], queryFn: ({ signal }) => all<Agent>('/api/agents', signal), staleTime: 5 * MINUTE })
export const teamsQuery = queryOptions({ queryKey: ['teams'], queryFn: ({ signal }) => all<Team>('/api/teams', signal), staleTime: 5 * MINUTE })
export const tagsQuery = queryOptions({ queryKey: ['tags'], queryFn: ({ signal }) => all<Tag>('/api/tags', signal), staleTime: 5 * MINUTE })

/** All, the archived ones too: conversations still name them. */
export const topicsQuery = queryOptions({ queryKey: ['topics'], queryFn: ({ signal }) => all<Topic>('/api/topics', signal), staleTime: 5 * MINUTE })

export const listQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Row>>('/api/conversations', { ...filterQuery(filter), cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: MINUTE,
  })

export const countersQuery = queryOptions({
  queryKey: keys.counters,
  queryFn: ({ signal }) => api.get<Counters>('/api/conversations/counters', undefined, signal),
  staleTime: MINUTE,
})

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => api.get<Conversation>(`/api/conversations/${id}`, undefined, signal),
    staleTime: MINUTE,
  })

export const threadQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.thread(id),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ThreadItem>>(`/api/conversations/${id}/thread`, { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: MINUTE,
  })

export const outboxQuery = (id: string) =>
  queryOptions({
    queryKey: keys.outbox(id),
    queryFn: ({ signal }) => all<OutboxRow>(`/api/conversations/${id}/outbox`, signal),
  })

export const contactQuery = (id: string) =>
  queryOptions({ queryKey: keys.contact(id), queryFn: ({ signal }) => api.get<Contact>(`/api/contacts/${id}`, undefined, signal), staleTime: MINUTE })

export const contactConversationsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.contactConversations(id),
    queryFn: ({ signal }) => all<Row>(`/api/contacts/${id}/conversations`, signal, { limit: 50 }),
    staleTime: MINUTE,
  })
