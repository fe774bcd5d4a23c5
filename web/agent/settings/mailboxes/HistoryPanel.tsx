import { CircleCheck, History } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { duration, locale } from '../../../shared/time'
import { api } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { useChange } from '../parts'
import { readHistory, storedImap } from './form'
import { HistoryField } from './HistoryField'
import { FormPanel, Panel } from './Panel'
import { mailboxesQuery } from './queries'

/** Fetching what was there before the mailbox was connected: the wish, the way there, the end. */
export function HistoryPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const imap = mailbox.imap
  if (!imap) return null
  const running = mailbox.history !== null && !mailbox.history.ended
  if (running) {
    return (
      <Panel title={t('mailbox.history')} text={t('mailbox.historyText')}>
        <Running mailbox={mailbox} />
      </Panel>
    )
  }
  return (
    <FormPanel
      mailbox={mailbox}
      title={t('mailbox.history')}
      text={t('mailbox.historyText')}
      submit={t('mailbox.historyStart')}
      read={(form) => ({ imap: { ...storedImap(imap), history: readHistory(form) } })}
    >
      {() => (
        <>
          {mailbox.history && <Ended mailbox={mailbox} />}
          <HistoryField choices={['month', 'year', 'day', 'all']} />
        </>
      )}
    </FormPanel>
  )
}

function Ended({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const language = useLanguage()
  const since = mailbox.imap?.history
  const n = mailbox.history?.done ?? 0
  return (
    <p className="flex items-start gap-2 text-ink-2">
      <CircleCheck size={16} className="mt-0.5 shrink-0 text-done" aria-hidden />
      {typeof since === 'string' ? t('mailbox.historyHere', { n, day: new Intl.DateTimeFormat(locale(language), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(since)) }) : t('mailbox.historyAllHere', { n })}
    </p>
  )
}

/** How far it is and how long it will take. It goes on when the page is left. */
function Running({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const language = useLanguage()
  const change = useChange([mailboxesQuery.queryKey])
  const { done, total } = mailbox.history!
  const left = useTimeLeft(done, total)
  const stop = () => change(() => api.patch(`/api/mailboxes/${mailbox.id}`, { imap: { ...storedImap(mailbox.imap!), history: false } }), t('mailbox.historyStopped'))
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-2 tabular-nums">
        <History size={16} className="text-accent-ink" aria-hidden />
        {total > 0 ? t('mailbox.historyProgress', { done, total }) : t('mailbox.historyCounting')}
        {left !== null && <span className="text-ink-3">{t('mailbox.historyLeft', { time: duration(left, language) })}</span>}
      </p>
      <div role="progressbar" aria-label={t('mailbox.history')} aria-valuemin={0} aria-valuemax={total || 1} aria-valuenow={done} className="h-1.5 overflow-hidden rounded-full bg-pressed">
        <div className="h-full origin-left rounded-full bg-accent transition-transform motion-reduce:transition-none" style={{ transform: `scaleX(${total > 0 ? done / total : 0})` }} />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 grow text-secondary text-ink-3">{t('mailbox.historyGoesOn')}</p>
        {mailbox.can.includes('change') && <Button onClick={() => void stop()}>{t('mailbox.historyStop')}</Button>}
      </div>
    </div>
  )
}

/** Seconds to go at the pace since this page was opened; null while that is a guess. */
function useTimeLeft(done: number, total: number): number | null {
  const began = useRef<{ at: number; done: number } | null>(null)
  useEffect(() => {
    began.current ??= { at: Date.now(), done }
  }, [done])
  const first = began.current
  if (!first || done - first.done < 50) return null
  const pace = (done - first.done) / ((Date.now() - first.at) / 1000)
  return Math.max(60, Math.round((total - done) / pace / 60) * 60)
}
