/** The messenger as the API of agents tells it: inboxes as admins set them up, visitors as agents see them. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api, Problem } from './client'
import type { Id, Page } from './types'

type Schema = components['schemas']

/** Durations in seconds, sizes in bytes; `title` and `greeting` by language. */
export type Messenger = Schema['Messenger']
export type PrechatField = Schema['Prechat']
export type AskEmail = Messenger['ask_email_when']

/** A page of the site; signals leave out since when. */
export type VisitorPage = { url: string; title: string; at?: string }
export type Visitor = Omit<Schema['VisitorContext'], 'page'> & { page: VisitorPage | null }
export type Visit = Schema['VisitView']
export type Fact = Schema['FactView']
export type ConversationVisitor = Omit<Schema['ConversationVisitor'], 'visitor'> & { visitor: Visitor }

export const visitorKey = (conversationId: Id) => ['conversation', conversationId, 'visitor'] as const

/** Null when the conversation has no chat. */
export const visitorQuery = (conversationId: Id) =>
  queryOptions({
    queryKey: visitorKey(conversationId),
    queryFn: async ({ signal }): Promise<ConversationVisitor | null> => {
      try {
        return await api.get<ConversationVisitor>(`/api/conversations/${conversationId}/visitor`, undefined, signal)
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null
        throw error
      }
    },
    staleTime: 60_000,
  })

export const messengersQuery = queryOptions({
  queryKey: ['/api/messengers'],
  queryFn: async ({ signal }) => (await api.get<Page<Messenger>>('/api/messengers', undefined, signal)).items,
  staleTime: 60_000,
})
