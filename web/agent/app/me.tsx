import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { agentsQuery, tagsQuery, teamsQuery, topicsQuery } from '../api/queries'
import type { Agent, Me, Tag, Team, Topic } from '../api/types'
import { isLanguage } from '../../shared/i18n'
import { setPreference } from './preferences'

const Context = createContext<Me | null>(null)

/** Once somebody is signed in, their account's language is this browser's. */
export function MeProvider(props: { me: Me; children: ReactNode }) {
  const { locale } = props.me.agent
  useEffect(() => {
    if (isLanguage(locale)) setPreference('language', locale)
  }, [locale])
  return <Context value={props.me}>{props.children}</Context>
}

/** The person signed in. Only inside the workspace. */
export function useMe(): Me {
  const me = useContext(Context)
  if (!me) throw new Error('useMe needs MeProvider above it')
  return me
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission)
}

export type Directory = {
  agents: readonly Agent[]
  teams: readonly Team[]
  tags: readonly Tag[]
  topics: readonly Topic[]
  agent: (id: number | null | undefined) => Agent | undefined
  team: (id: number | null | undefined) => Team | undefined
  tag: (id: number) => Tag | undefined
  topic: (id: number) => Topic | undefined
}

/** People, teams, tags and topics by id: rows and events carry ids only. */
export function useDirectory(): Directory {
  const agents = useQuery(agentsQuery).data
  const teams = useQuery(teamsQuery).data
  const tags = useQuery(tagsQuery).data
  const topics = useQuery(topicsQuery).data
  return useMemo(() => {
    const byId = <T extends { id: number }>(items: readonly T[] = []) => new Map(items.map((item) => [item.id, item]))
    const [agentById, teamById, tagById, topicById] = [byId(agents), byId(teams), byId(tags), byId(topics)]
    return {
      agents: agents ?? [],
      teams: teams ?? [],
      tags: tags ?? [],
      topics: topics ?? [],
      agent: (id) => (id == null ? undefined : agentById.get(id)),
      team: (id) => (id == null ? undefined : teamById.get(id)),
      tag: (id) => tagById.get(id),
      topic: (id) => topicById.get(id),
    }
  }, [agents, teams, tags, topics])
}
