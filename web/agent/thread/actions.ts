/** What a person does to a conversation. Each answers with the fresh conversation, which goes into every cache at once. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation, Page, Row } from '../api/types'
import { mergeRows } from '../app/merge'
import { useProblemText } from '../app/problems'
import { notify } from '../ui/toasts'

export type Verb =
  | 'assign' | 'tags' | 'snooze' | 'unsnooze' | 'resolve' | 'reopen' | 'spam' | 'unspam' | 'severity' | 'difficulty' | 'topic'

export function takeConversation(client: QueryClient, fresh: Conversation): void {
  client.setQueryData(keys.conversation(fresh.id), fresh)
  client.setQueriesData<InfiniteData<Page<Row>>>({ queryKey: keys.lists }, (old) => old && { ...old, pages: mergeRows(old.pages, [fresh]) })
  void client.invalidateQueries({ queryKey: keys.lists })
  void client.invalidateQueries({ queryKey: keys.counters })
  void client.invalidateQueries({ queryKey: keys.thread(fresh.id) })
}

export type Act = (id: string, verb: Verb, body?: unknown) => Promise<Conversation | null>

/** Runs a verb; a refusal is said in a toast and answers null. */
export function useAct(): Act {
  const client = useQueryClient()
  const say = useProblemText()
  return useMemo(
    () => async (id, verb, body) => {
      try {
        const fresh = await api.post<Conversation>(`/api/conversations/${id}/${verb}`, body ?? {})
        takeConversation(client, fresh)
        return fresh
      } catch (error) {
        const { title, text } = say(error)
        notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
        return null
      }
    },
    // The words of errors may change with the language; the verb does not.
    // oxlint-disable-next-line react/exhaustive-deps
    [client],
  )
}
