import { api } from '../../api/client'
import type { IntakeItem } from '../../api/types'
import { useT } from '../../app/i18n'
import { navigate } from '../../app/router'
import { notify } from '../../ui/toasts'
import { useChange } from '../parts'
import { LEDGER } from './queries'

/** What a person can decide about a line of the ledger. */
export function useDecide(item: IntakeItem) {
  const t = useT()
  const change = useChange([LEDGER])
  const post = (verb: string, body: unknown) => api.post<IntakeItem>(`/api/intake/${item.id}/${verb}`, body)
  const acceptInto = (conversation: string) =>
    change(async () => {
      const { conversation_id: id } = await post('accept-held', { conversation_id: conversation })
      const go = () => navigate({ page: 'inbox', conversation: id }, { search: '' })
      notify({ text: t('intake.accepted'), seconds: 8, action: id ? { label: t('intake.open'), run: go } : undefined })
    })
  return {
    acceptInto,
    replay: () => change(() => post('replay', {}), t('intake.replayed')),
    spam: () => change(() => post('spam', {}), t('intake.spammed')),
  }
}
