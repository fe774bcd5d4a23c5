import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, Problem } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation, OutboxRow, UnseenMessage } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { takeConversation } from '../thread/actions'
import { notify } from '../ui/toasts'

export type Reply = {
  text: string
  html: string | null
  to: string[]
  cc: string[]
  bcc: string[]
  files: { id: string; name: string; size: number }[]
  seen_seq: number
  keep_until: string | null
  resolve: boolean
  send_at: string | null
  cancel_if_customer_writes: boolean
}

const UNDO_S = 10

function outgoing(reply: Reply) {
  const mailboxes = (addresses: string[]) => addresses.map((address) => ({ address }))
  const { files, ...rest } = reply
  return {
    ...rest,
    to: mailboxes(reply.to),
    cc: mailboxes(reply.cc),
    bcc: mailboxes(reply.bcc),
    attachment_ids: files.map((file) => file.id),
    keep: reply.keep_until !== null,
  }
}

/** Sends replies and notes. `unseen` holds the messages the server refused over, until somebody has looked at them. */
export function useSend(conversation: Conversation, onUndone: (reply: Reply) => void) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<{ title: string; text?: string } | null>(null)
  const [unseen, setUnseen] = useState<UnseenMessage[]>([])
  const id = conversation.id

  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.outbox(id) })
    void client.invalidateQueries({ queryKey: keys.thread(id) })
    void client.invalidateQueries({ queryKey: keys.conversation(id) })
    void client.invalidateQueries({ queryKey: keys.lists })
    void client.invalidateQueries({ queryKey: keys.counters })
  }
  const attempt = async (run: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    try {
      await run()
      return true
    } catch (error) {
      if (error instanceof Problem && error.code === 'unseen_messages') {
        setUnseen((error.body.messages as UnseenMessage[] | undefined) ?? [])
        refresh()
      } else setProblem(say(error))
      return false
    } finally {
      setBusy(false)
    }
  }

  const sendReply = (reply: Reply) =>
    attempt(async () => {
      const row = await api.post<OutboxRow>(`/api/conversations/${id}/replies`, { id: crypto.randomUUID(), ...outgoing(reply) })
      setUnseen([])
      refresh()
      const undo = async () => {
        try {
          await api.post(`/api/outbox/${row.id}/cancel`, {})
          onUndone(reply)
        } catch (error) {
          notify({ text: say(error).title, tone: 'wrong' })
        }
        refresh()
      }
      const seconds = reply.send_at ? UNDO_S : Math.max(1, (Date.parse(row.release_at) - Date.now()) / 1000)
      notify({
        text: reply.send_at ? t('done.scheduled') : reply.keep_until ? t('done.sentAndKept') : t('done.sent'),
        seconds,
        action: { label: t('action.undo'), run: () => void undo() },
      })
    })

  const addNote = (note: { text: string; mentions: number[] }) =>
    attempt(async () => {
      const answer = await api.post<Conversation | undefined>(`/api/conversations/${id}/notes`, note)
      if (answer?.id === id) takeConversation(client, answer)
      refresh()
    })

  return { busy, problem, unseen, sendReply, addNote, forgetUnseen: () => setUnseen([]) }
}
