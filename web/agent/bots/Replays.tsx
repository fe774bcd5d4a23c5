import { useQuery, useQueryClient } from '@tanstack/react-query'
import { History, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { dayAndTime, locale } from '../../shared/time'
import { api } from '../api/client'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href } from '../app/router'
import { useNow } from '../app/useNow'
import { Button, IconButton } from '../ui/Button'
import { Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { isGoing, replaysQuery } from './queries'
import type { Replay } from './types'

/** The flow over past conversations: how many it would have answered, and which of them wrongly. */
export function Replays({ botId }: { botId: number }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayWrite = useMay('bots.write')
  const replays = useQuery(replaysQuery(botId))
  const [days, setDays] = useState(30)
  const [problem, setProblem] = useState<unknown>(null)
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work()
      setProblem(null)
    } catch (failed) {
      setProblem(failed)
    }
    await client.invalidateQueries(replaysQuery(botId))
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-secondary text-ink-3">{t('bots.replayText')}</p>
      {mayWrite && (
        <div className="flex gap-2">
          <Select aria-label={t('report.period')} value={days} onChange={(event) => setDays(Number(event.target.value))} className="w-auto!">
            {[7, 30, 90, 365].map((n) => (
              <option key={n} value={n}>
                {t('bots.lastDays', { n })}
              </option>
            ))}
          </Select>
          <Button variant="primary" onClick={() => void act(() => api.post(`/api/bots/${botId}/replays`, { days }))}>
            <History size={16} aria-hidden />
            {t('bots.replay')}
          </Button>
        </div>
      )}
      {problem !== null && <ErrorNote {...say(problem)} />}
      {replays.error && <ErrorNote {...say(replays.error)} onRetry={() => void replays.refetch()} />}
      <ul aria-label={t('bots.replays')} className="flex flex-col gap-3">
        {replays.data?.map((replay) => (
          <ReplayCard key={replay.id} replay={replay} onStop={() => void act(() => api.post(`/api/bots/${botId}/replays/${replay.id}/stop`))} onRemove={() => void act(() => api.delete(`/api/bots/${botId}/replays/${replay.id}`))} />
        ))}
      </ul>
    </div>
  )
}

function ReplayCard({ replay, onStop, onRemove }: { replay: Replay; onStop: () => void; onRemove: () => void }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const result = replay.result
  const number = new Intl.NumberFormat(locale(language))
  return (
    <li className="rounded-card border border-line p-3">
      <div className="flex items-start gap-2">
        <p className="min-w-0 grow">
          <span className="block font-medium">{result ? t('bots.replayed', { answered: number.format(result.answered), total: number.format(result.total), wrong: number.format(result.wrong) }) : t(`whatif.state.${replay.state as 'running'}`)}</span>
          <span className="text-secondary text-ink-3">{dayAndTime(replay.created_at, now, language)} · {t('bots.lastDays', { n: replay.days })}</span>
        </p>
        {isGoing(replay) ? (
          <IconButton label={t('whatif.stop')} onClick={onStop}>
            <Square size={14} aria-hidden />
          </IconButton>
        ) : (
          <IconButton label={t('bots.forgetReplay')} onClick={onRemove}>
            <Trash2 size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {isGoing(replay) && <progress aria-label={t('bots.replay')} max={1} value={replay.progress} className="mt-2 h-1.5 w-full accent-accent" />}
      {replay.problem && <p className="mt-1 text-secondary text-wrong">{replay.problem}</p>}
      {result && (
        <>
          {result.unsure > 0 && <p className="mt-1 text-secondary text-ink-3">{t('bots.unsure', { n: result.unsure })}</p>}
          {Object.keys(result.handed).length > 0 && (
            <section aria-label={t('bots.restHanded')} className="mt-2 text-secondary">
              <h4 className="text-ink-3">{t('bots.restHanded')}</h4>
              <ul>
                {Object.entries(result.handed).map(([reason, n]) => (
                  <li key={reason} className="flex gap-3">
                    <span className="grow">{t(`bots.reason.${reason}` as Key)}</span>
                    <span className="tabular">{number.format(n)}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {(result.servers ?? 0) > 0 && (
            <details className="mt-1 text-secondary text-ink-3">
              <summary className="cursor-pointer">{t('bots.unasked', { n: result.servers ?? 0 })}</summary>
              <ul aria-label={t('bots.unaskedList')}>
                {result.unknown?.map((one) => (
                  <li key={one.conversation_id} className="border-t border-line py-1.5">
                    <a href={href({ page: 'inbox', conversation: one.conversation_id })} target="_blank" rel="noreferrer" className="line-clamp-2">
                      {one.question}
                    </a>
                  </li>
                ))}
              </ul>
            </details>
          )}
          {(result.by_model ?? 0) > 0 && <p className="mt-1 text-secondary text-ink-3">{t('bots.byModel', { n: result.by_model ?? 0 })}</p>}
          {result.cases.length > 0 && (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
            <ul tabIndex={0} aria-label={t('bots.replayCases')} className="mt-2 max-h-80 overflow-y-auto">
              {result.cases.map((one) => (
                <li key={one.conversation_id} className="border-t border-line py-1.5 text-secondary">
                  <a href={href({ page: 'inbox', conversation: one.conversation_id })} target="_blank" rel="noreferrer" className="line-clamp-2">
                    {one.question}
                  </a>
                  <span className={one.wrong ? 'text-wrong' : 'text-ink-3'}>
                    {one.wrong ? t('bots.wrong') : t('bots.fits')} · {one.article}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </li>
  )
}
