/** What asking for help and routing read, with their cache keys. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Page } from '../api/types'
import { settingsList } from '../settings/queries'

type Schema = components['schemas']
export type ContextCard = Schema['ContextCard']
export type Fact = Schema['Fact']
export type Step = Schema['Step']
export type Helper = Schema['Candidate']
export type Invitation = Schema['Invitation']
export type Taken = Schema['Taken']
export type Offer = Schema['Offer']
export type Decision = Schema['Decision']
export type Experience = Schema['Experience']
export type TeamRouting = Required<Omit<Schema['TeamRouting'], 'weights'>> & { weights: Required<Schema['Weights']> }
export type Skill = Required<Schema['Skill']>
export type AgentWork = Required<Schema['AgentWork']>
export type Absence = Required<Schema['Absence']>
export type Mode = TeamRouting['mode']

export const MODES: readonly Mode[] = ['manual', 'suggest', 'pull', 'push']

const MINUTE = 60_000

/** Below the conversation, so that what happens there renews it. */
export const helpQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.conversation(id), 'help'],
    queryFn: ({ signal }) => api.get<ContextCard>(`/api/conversations/${id}/help`, undefined, signal),
    staleTime: MINUTE,
  })

export const candidatesQuery = (id: string) =>
  queryOptions({
    queryKey: ['candidates', id],
    queryFn: async ({ signal }) => (await api.get<Page<Helper>>(`/api/conversations/${id}/help/candidates`, undefined, signal)).items,
    staleTime: 0,
  })

export const decisionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.conversation(id), 'routing'],
    queryFn: async ({ signal }) => (await api.get<Page<Decision>>(`/api/conversations/${id}/routing`, undefined, signal)).items,
    staleTime: MINUTE,
  })

export const invitationsQuery = settingsList<Invitation>('/api/help/invitations')
export const offersQuery = settingsList<Offer>('/api/routing/offers')
export const myExperienceQuery = settingsList<Experience>('/api/me/experience')
export const skillsQuery = settingsList<Skill>('/api/skills')
export const absencesQuery = (agentId: number) => settingsList<Absence>(`/api/agents/${agentId}/absences`)

/** What "next" would take; null when nothing waits that one may take, or no team of one's own works so. */
export const suggestionQuery = queryOptions({
  queryKey: ['suggestion'],
  queryFn: async ({ signal }) => (await api.get<Taken | null>('/api/routing/next', undefined, signal)) ?? null,
  staleTime: MINUTE,
  refetchInterval: MINUTE,
  retry: false,
})

export const teamRoutingQuery = (teamId: number) =>
  queryOptions({
    queryKey: ['teams', teamId, 'routing'],
    queryFn: ({ signal }) => api.get<TeamRouting>(`/api/teams/${teamId}/routing`, undefined, signal),
    staleTime: 5 * MINUTE,
  })

export const agentWorkQuery = (agentId: number) =>
  queryOptions({
    queryKey: ['agents', agentId, 'work'],
    queryFn: ({ signal }) => api.get<AgentWork>(`/api/agents/${agentId}/skills`, undefined, signal),
    staleTime: MINUTE,
  })
