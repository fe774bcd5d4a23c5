import { useQueryClient } from '@tanstack/react-query'
import { Merge } from 'lucide-react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation, Row } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { Button } from '../ui/Button'
import { notify } from '../ui/toasts'
import { takeConversation } from './actions'
import { ChooseConversation } from './ChooseConversation'

/** Ends this conversation in another one, with the way back. */
export function MergeDialog({ conversation, open, onClose }: { conversation: Conversation; open: boolean; onClose: () => void }) {
  const t = useT()
  const { merge } = useMerging()
  const from = `#${conversation.number}`
  const explain = (row: Row) => {
    const said = t('merge.explained', { from, into: `#${row.number}` })
    return row.contact.id === conversation.contact.id ? said : `${t('merge.stranger')} ${said}`
  }
  return (
    <ChooseConversation
      open={open}
      onClose={onClose}
      title={t('command.merge')}
      not={conversation.id}
      contactId={conversation.contact.id}
      explain={explain}
      confirm={(row) => t('merge.confirm', { number: `#${row.number}` })}
      onConfirm={(row) => {
        onClose()
        void merge(conversation.id, row)
      }}
    />
  )
}

/** Merging and undoing it; both answer with the conversation one stands in afterwards. */
export function useMerging() {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const refresh = (ids: string[]) => {
    for (const id of ids) {
      void client.invalidateQueries({ queryKey: keys.conversation(id) })
      void client.invalidateQueries({ queryKey: keys.thread(id) })
    }
    void client.invalidateQueries({ queryKey: ['contact'] })
  }
  const attempt = async (run: () => Promise<void>) => {
    try {
      await run()
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
    }
  }
  const unmerge = (child: string, root: string | null) =>
    attempt(async () => {
      takeConversation(client, await api.post<Conversation>(`/api/conversations/${child}/unmerge`, {}))
      refresh(root ? [child, root] : [child])
      notify({ text: t('merge.undone') })
    })
  const merge = (child: string, into: Pick<Row, 'id' | 'number'>) =>
    attempt(async () => {
      takeConversation(client, await api.post<Conversation>(`/api/conversations/${child}/merge`, { into: into.id }))
      refresh([child, into.id])
      navigate({ page: 'inbox', conversation: into.id })
      const undo = () => void unmerge(child, into.id).then(() => navigate({ page: 'inbox', conversation: child }))
      notify({ text: t('merge.done', { number: `#${into.number}` }), seconds: 10, action: { label: t('action.undo'), run: undo } })
    })
  return { merge, unmerge }
}

/** Under the header: where a merged conversation goes on, or what was merged into this one; each with its undo. */
export function MergeNote({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { unmerge } = useMerging()
  const { root_id: root, merged } = conversation
  if (root) {
    return (
      <Line text={t('merge.over')}>
        <Button onClick={() => navigate({ page: 'inbox', conversation: root })}>{t('merge.goOn')}</Button>
        {conversation.can.includes('unmerge') && (
          <Button variant="plain" onClick={() => void unmerge(conversation.id, root)}>
            {t('command.unmerge')}
          </Button>
        )}
      </Line>
    )
  }
  if (merged.length === 0) return null
  return (
    <Line text={t('merge.holds', { n: merged.length })}>
      {merged.map((one) => (
        <span key={one.id} className="inline-flex items-center">
          <a
            href={`/inbox/${one.id}`}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return
              event.preventDefault()
              navigate({ page: 'inbox', conversation: one.id })
            }}
            className="target inline-flex items-center px-1"
          >
            #{one.number}
          </a>
          {conversation.can.includes('merge') && (
            <Button variant="plain" className="px-2!" aria-label={`${t('command.unmerge')} #${one.number}`} onClick={() => void unmerge(one.id, conversation.id)}>
              {t('action.undo')}
            </Button>
          )}
        </span>
      ))}
    </Line>
  )
}

function Line({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-6 py-1.5 text-secondary text-ink-2 max-[719px]:px-3">
      <Merge size={14} className="shrink-0 text-ink-3" aria-hidden />
      <span>{text}</span>
      {children}
    </div>
  )
}
