import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, Problem } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation, OutboxRow, UnseenMessage } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { takeConversation } from '../thread/actions'
import { createIds, type Held, outgoing, type Reply } from './sending'
import { useOfferUndo } from './useOfferUndo'

/** Sends replies and notes. `held` is the reply the server refused over messages its author has not seen. */
export function useSend(conversation: Conversation) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<{ title: string; text?: string } | null>(null)
  const [held, setHeld] = useState<Held | null>(null)
  const offerUndo = useOfferUndo()
  const idOf = useRef(createIds(() => crypto.randomUUID()))
  const id = conversation.id

  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.outbox(id) })
    void client.invalidateQueries({ queryKey: keys.thread(id) })
    void client.invalidateQueries({ queryKey: keys.conversation(id) })
    void client.invalidateQueries({ queryKey: keys.lists })
    void client.invalidateQueries({ queryKey: keys.counters })
  }
  const attempt = async (run: () => Promise<void>, reply?: Reply) => {
    setBusy(true)
    setProblem(null)
    try {
      await run()
      return true
    } catch (error) {
      const code = error instanceof Problem ? error.code : null
      if (error instanceof Problem && code === 'unseen_messages' && reply) {
        setHeld({ reply, messages: (error.body.messages as UnseenMessage[] | undefined) ?? [], publicSeq: Number(error.body.public_seq) })
        refresh()
      } else if (code === 'reply_locked') refresh() // the conversation then says so itself, with the way out
      else setProblem(say(error))
      return false
    } finally {
      setBusy(false)
    }
  }

  const sendReply = (reply: Reply) =>
    attempt(async () => {
      const row = await api.post<OutboxRow>(`/api/conversations/${id}/replies`, { id: idOf.current(reply), ...outgoing(reply) })
      idOf.current = createIds(() => crypto.randomUUID())
      setHeld(null)
      refresh()
      // What stands in a chat already is seen there, and nothing takes it back.
      if (row.state === 'held') offerUndo(row, reply.send_at ? t('done.scheduled') : reply.keep_until ? t('done.sentAndKept') : t('done.sent'))
    }, reply)

  const addNote = (note: { text: string; mentions: number[] }) =>
    attempt(async () => {
      const answer = await api.post<Conversation | undefined>(`/api/conversations/${id}/notes`, note)
      if (answer?.id === id) takeConversation(client, answer)
      refresh()
    })

  const takeOver = () =>
    attempt(async () => takeConversation(client, await api.post<Conversation>(`/api/conversations/${id}/take-over`, {})))

  return { busy, problem, held, sendReply, addNote, takeOver, release: () => setHeld(null) }
}
