import { useQueryClient } from '@tanstack/react-query'
import { MessageSquareQuote } from 'lucide-react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { openPicker } from '../commands/picker'
import { notify } from '../ui/toasts'
import { textOf } from './blanks'
import { cannedQuery, type Filled } from './queries'

/** Offers the canned replies; the chosen one is given with this conversation's values. */
export function useCanned(conversationId: string, onText: (text: string) => void): () => void {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const insert = async (id: number) => {
    const filled = await api.post<Filled>(`/api/conversations/${conversationId}/canned-replies/${id}`, {})
    onText(textOf(filled.segments, t))
  }
  const fail = (error: unknown) => {
    const { title, text } = say(error)
    notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
  }
  return () => {
    client.fetchQuery(cannedQuery).then((items) => {
      if (items.length === 0) return void notify({ text: t('canned.none') })
      openPicker(() => ({
        title: t('command.canned'),
        placeholder: t('canned.find'),
        options: items.map((one) => ({
          id: String(one.id),
          label: one.name,
          hint: one.text.replace(/\s+/g, ' ').slice(0, 60),
          words: one.text,
          icon: MessageSquareQuote,
          run: () => void insert(one.id).catch(fail),
        })),
      }))
    }, fail)
  }
}
