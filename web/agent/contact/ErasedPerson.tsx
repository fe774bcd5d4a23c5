import { useQueryClient } from '@tanstack/react-query'
import { UserX } from 'lucide-react'
import { useEffect } from 'react'
import { absolute, dayAndTime } from '../../shared/time'
import { keys } from '../api/queries'
import type { Contact } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'

const LOOK_MS = 1000

/** Who has been forgotten, or is being: how far it is, and what is left. */
export function ErasedPerson({ contact }: { contact: Contact }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const erasure = contact.erasure ?? null
  const isRunning = erasure !== null && erasure.finished_at === null
  useProgress(contact.id, isRunning)
  const at = erasure?.finished_at ?? contact.erased_at!
  return (
    <section aria-label={t('erase.contact')} className="flex flex-col gap-3">
      <div className="flex items-center gap-3">
        <span className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-pressed text-ink-3">
          <UserX size={20} aria-hidden />
        </span>
        <div className="min-w-0">
          <p className="text-thread font-strong">{t('erase.contact')}</p>
          {!isRunning && (
            <p className="text-secondary text-ink-3" title={absolute(at, language)}>
              {t('erase.done')} · {dayAndTime(at, now, language)}
            </p>
          )}
        </div>
      </div>
      {isRunning ? (
        <div role="status" className="flex flex-col gap-2 rounded-card border border-line bg-paper p-3">
          <p className="flex items-baseline gap-2">
            <span className="grow font-medium">{t(erasure.problem ? 'erase.stuck' : 'erase.running')}</span>
            <span className="tabular text-secondary text-ink-3">{t('erase.progress', { done: erasure.done, total: erasure.total })}</span>
          </p>
          <div role="progressbar" aria-label={t('erase.running')} aria-valuemin={0} aria-valuemax={erasure.total || 1} aria-valuenow={erasure.done} className="h-1.5 overflow-hidden rounded-full bg-pressed">
            <div className="h-full origin-left rounded-full bg-accent transition-transform" style={{ transform: `scaleX(${erasure.done / (erasure.total || 1)})` }} />
          </div>
          <p className="text-secondary text-ink-2">{erasure.problem ? `${erasure.problem} ${t('erase.again')}` : t('erase.runningText')}</p>
        </div>
      ) : (
        <p className="text-secondary text-ink-2">{t('erase.doneText')}</p>
      )}
    </section>
  )
}

/** Looks again while a worker is at it, and once everything around it has changed. */
function useProgress(id: string, isRunning: boolean) {
  const client = useQueryClient()
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => void client.invalidateQueries({ queryKey: keys.contact(id) }), LOOK_MS)
    return () => {
      clearInterval(timer)
      for (const queryKey of [keys.lists, ['conversation'], ['thread']]) void client.invalidateQueries({ queryKey })
    }
  }, [client, id, isRunning])
}
