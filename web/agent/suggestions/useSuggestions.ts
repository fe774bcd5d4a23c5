import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Conversation } from '../api/types'
import { useT } from '../app/i18n'
import { textOf } from './blanks'
import { offerQuery, type Suggestion } from './queries'

/** What to answer in a conversation. `take` notes that a suggestion is used and gives its text. */
export function useSuggestions(conversation: Conversation, endpointId: string | null, wanted: boolean) {
  const t = useT()
  const { data } = useQuery({ ...offerQuery(conversation.id, endpointId, conversation.customer_seq, conversation.public_seq), enabled: wanted })
  const items: readonly Suggestion[] = (wanted && data?.suggestions) || []
  const take = (one: Suggestion): string => {
    const text = textOf(one.segments, t)
    // Counting must not keep anybody from writing.
    if (data?.id) void api.post(`/api/suggestions/${data.id}/chosen`, { position: one.position, text }).catch(() => {})
    return text
  }
  return { items, take }
}
