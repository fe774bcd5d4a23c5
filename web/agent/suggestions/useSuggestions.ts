import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../api/client'
import type { Conversation } from '../api/types'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { textOf } from './blanks'
import { type Article, articlesQuery, type ArticleWay, offerQuery, type Suggestion } from './queries'

const PATIENCE_MS = 400

/** What to answer in a conversation: replies, and articles that answer. `take` notes that a reply is used and gives its text,
 * `note` what is done with an article. They are shown together, so that nothing moves; replies do not wait long. */
export function useSuggestions(conversation: Conversation, endpointId: string | null, wanted: boolean) {
  const t = useT()
  const mayRead = useMay('help.read')
  const of = [conversation.id, endpointId, conversation.customer_seq, conversation.public_seq] as const
  const offer = useQuery({ ...offerQuery(...of), enabled: wanted })
  const key = of.join()
  const [waitedFor, setWaitedFor] = useState('')
  // Replies first: searching must not slow them down.
  const found = useQuery({ ...articlesQuery(...of), enabled: wanted && mayRead && (offer.isFetched || waitedFor === key) })
  useEffect(() => {
    const timer = setTimeout(() => setWaitedFor(key), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [key])
  const isSettled = (!mayRead || found.isFetched || waitedFor === key) && (offer.isFetched || waitedFor === key)
  const items: readonly Suggestion[] = (wanted && isSettled && offer.data?.suggestions) || []
  const articles: readonly Article[] = (wanted && mayRead && isSettled && found.data?.articles) || []
  // Counting must not keep anybody from writing.
  const take = (one: Suggestion): string => {
    const text = textOf(one.segments, t)
    if (offer.data?.id) void api.post(`/api/suggestions/${offer.data.id}/chosen`, { position: one.position, text }).catch(() => {})
    return text
  }
  const note = (one: Article, way: ArticleWay): void => {
    if (found.data?.id) void api.post(`/api/suggested-articles/${found.data.id}/chosen`, { position: one.position, way }).catch(() => {})
  }
  return { items, articles, take, note }
}
