/** The messenger as the API of agents tells it: inboxes as admins set them up, visitors as agents see them. */
import { queryOptions } from '@tanstack/react-query'
import { api, Problem } from './client'
import type { Id, Page } from './types'

export type PrechatField = { field: 'name' | 'email'; required: boolean }
export type Collect = { pages: boolean; device: boolean; events: boolean; respect_dnt: boolean }
export type Limits = { per_visitor_minute: number; per_address_minute: number; per_inbox_minute: number }
export type AskEmail = 'away' | 'always' | 'never'

/** Durations in seconds, sizes in bytes; `title` and `greeting` by language. */
export type Messenger = {
  id: number
  name: string
  key: string
  snippet: string
  team_id: number | null
  calendar_id: number
  expect_s: number
  patience_s: number
  away_patience_s: number
  origins: string[]
  require_jwt: boolean
  has_secret: boolean
  color: string
  title: Record<string, string>
  greeting: Record<string, string>
  show_faces: boolean
  prechat: PrechatField[]
  ask_email_when: AskEmail
  collect: Collect
  max_file_bytes: number
  reply_mailbox_id: number | null
  mail_after_s: number
  sound: boolean
  locale_default: string
  limits: Limits
  can: string[]
}

export type VisitorPage = { url: string; title: string; at?: string }
export type Visitor = {
  id: Id
  name: string
  identified: boolean
  address: string | null
  device: Record<string, string>
  language: string
  time_zone: string
  attributes: Record<string, unknown>
  live: boolean
  page: VisitorPage | null
  first_seen: string
  last_seen: string
}
export type Visit = { id: Id; started_at: string; landing: string; referrer: string }
export type Fact = { at: string; kind: string; data: Record<string, unknown> }
export type ConversationVisitor = { visitor: Visitor; visits: Visit[]; timeline: Fact[] }

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
