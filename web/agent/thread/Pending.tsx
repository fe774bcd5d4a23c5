import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleHelp, Clock3, Send } from 'lucide-react'
import { useEffect, useState } from 'react'
import { dayAndTime } from '../../shared/time'
import { api } from '../api/client'
import { keys, outboxQuery } from '../api/queries'
import type { Conversation, OutboxRow } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { bringBack, draftOf } from '../composer/bringBack'
import { Button } from '../ui/Button'
import { notify } from '../ui/toasts'

/** Replies that have not left: about to leave, scheduled, failed, or in doubt. */
export function Pending({ conversation }: { conversation: Conversation }) {
  const { data = [] } = useQuery(outboxQuery(conversation.id))
  const shown = data.filter((row) => row.state === 'held' || row.state === 'failed' || row.state === 'unknown')
  return shown.map((row) => <PendingCard key={row.id} row={row} seenSeq={conversation.seq} />)
}

/** `seenSeq`: how far the person has the thread before them. */
function PendingCard({ row, seenSeq }: { row: OutboxRow; seenSeq: number }) {
  const t = useT()
  const client = useQueryClient()
  const say = useProblemText()
  const run = async (act: () => Promise<unknown>) => {
    try {
      await act()
    } catch (error) {
      notify({ text: say(error).title, tone: 'wrong' })
    }
    void client.invalidateQueries({ queryKey: keys.outbox(row.conversation_id) })
    void client.invalidateQueries({ queryKey: keys.thread(row.conversation_id) })
    void client.invalidateQueries({ queryKey: keys.conversation(row.conversation_id) })
  }
  const post = (verb: string, body: unknown = {}) => api.post(`/api/outbox/${row.id}/${verb}`, body)
  const discard = () => api.delete(`/api/outbox/${row.id}`)
  // what a rule would have said is nobody's draft
  const undo = () => (row.body.rule ? post('cancel') : post('cancel').then(() => bringBack(row.conversation_id, draftOf(row))))
  const edit = () => discard().then(() => bringBack(row.conversation_id, draftOf(row)))
  const names = (row.body.to ?? []).map((one) => one.name || one.address).join(', ')
  const Icon = row.state === 'held' ? Clock3 : row.state === 'failed' ? CircleAlert : CircleHelp
  return (
    <article aria-label={t('outbox.label')} className="my-1.5 rounded-card border border-dashed border-line-strong bg-panel px-5 py-3">
      <header className={`flex flex-wrap items-center gap-x-3 gap-y-2 text-secondary ${row.state === 'held' ? 'text-ink-2' : 'text-wrong'}`}>
        <Icon size={14} aria-hidden />
        <span className="min-w-0 grow font-medium">{row.state === 'held' ? <Leaves row={row} /> : t(row.state === 'unknown' ? 'outbox.unknown' : 'outbox.failed')}</span>
        {row.state === 'held' && (
          <>
            <Button variant="plain" onClick={() => void run(() => post('send-now'))}>
              <Send size={14} aria-hidden />
              {t('outbox.now')}
            </Button>
            <Button onClick={() => void run(undo)}>{t('action.undo')}</Button>
          </>
        )}
        {row.state === 'failed' && (
          <>
            <Button variant="plain" onClick={() => void run(discard)}>
              {t('outbox.discard')}
            </Button>
            {row.message_id === null && <Button onClick={() => void run(edit)}>{t('action.edit')}</Button>}
            <Button onClick={() => void run(() => post('retry', { seen_seq: seenSeq }))}>{t('outbox.retry')}</Button>
          </>
        )}
        {row.state === 'unknown' && (
          <>
            <Button variant="plain" onClick={() => void run(() => post('mark-sent'))}>
              {t('outbox.wasSent')}
            </Button>
            <Button onClick={() => void run(() => post('mark-failed'))}>{t('outbox.wasNotSent')}</Button>
          </>
        )}
      </header>
      {row.body.rule && <p className="mt-1 text-secondary text-ink-3">{t('outbox.byRule', { name: row.body.rule.name })}</p>}
      {row.error && <p className="mt-1 text-secondary text-ink-2">{row.error}</p>}
      {names && <p className="mt-1 truncate text-secondary text-ink-3">{t('thread.to', { names })}</p>}
      <p className="mt-1 line-clamp-4 max-w-(--measure) whitespace-pre-wrap text-ink-2">{row.body.text}</p>
    </article>
  )
}

/** Counts down the seconds of undo; says the time of a later one. */
function Leaves({ row }: { row: OutboxRow }) {
  const t = useT()
  const language = useLanguage()
  const client = useQueryClient()
  const [now, setNow] = useState(Date.now())
  const left = Math.ceil((Date.parse(row.release_at) - now) / 1000)
  useEffect(() => {
    if (left > 90) return
    if (left < -2) {
      const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.outbox(row.conversation_id) }), 1000)
      return () => clearTimeout(timer)
    }
    const timer = setTimeout(() => setNow(Date.now()), 500)
    return () => clearTimeout(timer)
  }, [left, now, client, row.conversation_id])
  if (left > 90) return t(row.cancel_if_customer_writes ? 'outbox.later' : 'outbox.laterAnyway', { time: dayAndTime(row.release_at, now, language) })
  return left > 0 ? <span className="tabular">{t('outbox.soon', { n: left })}</span> : t('delivery.sending')
}
