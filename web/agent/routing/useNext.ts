import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import { useT } from '../app/i18n'
import { useDirectory, useMay, useMe } from '../app/me'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { useCommands } from '../commands/registry'
import { notify } from '../ui/toasts'
import { type Mode, suggestionQuery, type Taken, teamRoutingQuery } from './queries'

/** How one's own teams get their work, as far as it is known. */
export function useModes(): ReadonlySet<Mode> {
  const me = useMe().agent
  const { agent } = useDirectory()
  const teams = agent(me.id)?.team_ids ?? []
  const found = useQueries({ queries: teams.map((id) => teamRoutingQuery(id)) })
  return new Set(found.flatMap(({ data }) => (data ? [data.mode] : [])))
}

/** What is suggested to this person now, where a team of theirs works so. */
export function useSuggestion(): Taken | null {
  const isOn = useModes().has('suggest')
  const enabled = useMay('conversations.write') && isOn
  return useQuery({ ...suggestionQuery, enabled }).data ?? null
}

/** The "next" key: takes what should be taken next and says why; where Hark only suggests, it opens the suggestion. */
export function useNext(): void {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const modes = useModes()
  const mayWrite = useMay('conversations.write')
  const running = useRef(false)
  const takes = modes.has('pull') || modes.has('push') || !modes.has('suggest')
  const next = async () => {
    if (running.current) return
    running.current = true
    try {
      const taken = takes ? await api.post<Taken | undefined>('/api/routing/next', {}) : await client.fetchQuery({ ...suggestionQuery, staleTime: 0 })
      if (!taken) {
        notify({ text: t('next.nothing'), seconds: 8 })
        return
      }
      for (const queryKey of [keys.lists, keys.counters, keys.conversation(taken.conversation_id), suggestionQuery.queryKey]) void client.invalidateQueries({ queryKey })
      navigate({ page: 'inbox', conversation: taken.conversation_id })
      notify({ text: taken.why.text, seconds: 12 })
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
    } finally {
      running.current = false
    }
  }
  useCommands({ 'routing.next': mayWrite && !(modes.size === 1 && modes.has('manual')) && (() => void next()) })
}
