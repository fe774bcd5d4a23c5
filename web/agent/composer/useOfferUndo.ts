import { useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { OutboxRow } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { notify } from '../ui/toasts'
import { bringBack, draftOf } from './bringBack'

/** How long the way back is offered for what leaves later than anybody would wait. */
const UNDO_S = 10
const LONG_S = 120

/** Says that a mail waits to leave, with its undo: the text then stands in the composer of its conversation again. */
export function useOfferUndo(): (row: OutboxRow, text: string) => void {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  return (row, text) => {
    const id = row.conversation_id
    const undo = async () => {
      try {
        await api.post(`/api/outbox/${row.id}/cancel`, {})
        await bringBack(id, draftOf(row))
      } catch (error) {
        notify({ text: say(error).title, tone: 'wrong' })
      }
      for (const queryKey of [keys.outbox(id), keys.thread(id), keys.conversation(id), keys.lists, keys.counters]) void client.invalidateQueries({ queryKey })
    }
    const left = (Date.parse(row.release_at) - Date.now()) / 1000
    notify({ text, seconds: left > LONG_S ? UNDO_S : Math.max(1, left), action: { label: t('action.undo'), run: () => void undo() } })
  }
}
