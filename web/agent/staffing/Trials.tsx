import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, FlaskConical, Square, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { absolute, locale, shortDuration } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { ErrorNote } from '../ui/Notice'
import { type Asked, isGoing, isOf, type Trial, type Tried, trialsQuery } from './queries'

/** The plan tried out on drawn customers: chats and mails meet the same people, and some customers do not wait. */
export function Trials({ asked }: { asked: Asked }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const trials = useQuery(trialsQuery)
  const [problem, setProblem] = useState<unknown>(null)
  const own = trials.data?.filter((trial) => isOf(trial, asked)) ?? []
  const going = own.find(isGoing)
  const shown = own.find((trial) => trial.state === 'done' || trial.state === 'failed')
  const act = async (path: string, body?: unknown) => {
    try {
      await api.post(path, body)
      setProblem(null)
    } catch (failed) {
      setProblem(failed)
    }
    await client.invalidateQueries(trialsQuery)
  }
  const start = () => act('/api/staffing/trials', { weeks: asked.weeks, team_id: asked.team, within: asked.within, occupancy: asked.occupancy, chats: asked.chats })
  return (
    <section aria-label={t('staffing.trial')} className="mt-6 rounded-card border border-line p-5 max-[719px]:p-4">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="grow text-thread font-strong">{t('staffing.trial')}</h2>
        {going ? (
          <Button onClick={() => void act(`/api/staffing/trials/${going.id}/stop`)}>
            <Square size={14} aria-hidden />
            {t('staffing.trialStop')}
          </Button>
        ) : (
          <Button onClick={() => void start()}>
            <FlaskConical size={16} aria-hidden />
            {t(shown ? 'staffing.trialAgain' : 'staffing.trialStart')}
          </Button>
        )}
      </div>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('staffing.trialText')}</p>
      {going && (
        <div className="mt-3">
          <progress aria-label={t('staffing.trial')} max={1} value={going.progress} className="h-1.5 w-full accent-accent" />
          <p className="text-secondary text-ink-3">{t('staffing.trialGoing')}</p>
        </div>
      )}
      {problem !== null && <ErrorNote {...say(problem)} className="mt-3" />}
      {trials.error && <ErrorNote {...say(trials.error)} onRetry={() => void trials.refetch()} className="mt-3" />}
      {!going && shown?.problem && <ErrorNote title={t('staffing.trialFailed')} text={shown.problem} className="mt-3" />}
      {shown?.result && <Found trial={shown} />}
    </section>
  )
}

function Found({ trial }: { trial: Trial }) {
  const t = useT()
  const language = useLanguage()
  const result = trial.result
  if (!result) return null
  const share = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 })
  const plans: readonly [key: 'planned' | 'formula' | 'simulated', tried: Tried | null][] = [
    ['planned', result.planned],
    ['formula', result.formula],
    ['simulated', result.simulated],
  ]
  const percent = ({ mean, low, high }: Tried['busy']) =>
    mean == null ? '–' : low === high ? share.format(mean) : `${share.format(mean)} (${share.format(low ?? 0)}–${share.format(high ?? 0)})`
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-3 overflow-x-auto" tabIndex={0} role="group" aria-label={t('staffing.trial')}>
        <table className="tabular w-full min-w-[560px] text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <td aria-hidden />
              <th scope="col" className="px-3 py-2 text-right font-medium">{t('staffing.trialHours')}</th>
              <th scope="col" className="px-3 py-2 text-right font-medium">{t('staffing.trialBusy')}</th>
              {result.planned.channels.map(({ channel }) => (
                <th key={channel} scope="col" className="px-3 py-2 text-right font-medium">
                  {t(channel === 'messenger' ? 'staffing.trialChats' : 'staffing.trialMails')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plans.map(([key, tried]) => (
              <tr key={key} className="border-b border-line align-top last:border-0">
                <th scope="row" className="py-2 pr-3 font-regular text-ink-2">
                  {t(`staffing.trial.${key}`)}
                  <Kept kept={tried?.kept ?? null} />
                </th>
                <td className="px-3 py-2 text-right">{tried ? new Intl.NumberFormat(locale(language), { style: 'unit', unit: 'hour', maximumFractionDigits: 0 }).format(tried.hours) : '–'}</td>
                <td className="px-3 py-2 text-right">{tried ? percent(tried.busy) : '–'}</td>
                {(tried?.channels ?? result.planned.channels).map((channel) => (
                  <td key={channel.channel} className="px-3 py-2 text-right">
                    {tried ? percent(channel.in_time) : '–'}
                    {tried && (
                      <span className="block text-secondary text-ink-3">
                        {channel.left.mean == null
                          ? t('staffing.trialP90', { time: channel.p90_s.mean == null ? '–' : shortDuration(channel.p90_s.mean, language) })
                          : t('staffing.trialLeft', { share: share.format(channel.left.mean) })}
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-2 text-secondary text-ink-3" title={absolute(trial.finished_at ?? trial.created_at, language)}>
        {t('staffing.trialFoot', { n: result.seeds, mails: share.format(result.mail_within) })}
      </p>
    </>
  )
}

/** Whether the plan keeps its promises: a sign and a word, never colour alone. */
function Kept({ kept }: { kept: boolean | null }) {
  const t = useT()
  const Icon = kept ? CircleCheck : TriangleAlert
  return (
    <span className={`flex items-center gap-1 text-secondary ${kept ? 'text-done' : 'text-heat-4'}`}>
      <Icon size={14} aria-hidden className="shrink-0" />
      {t(kept === null ? 'staffing.trialNever' : kept ? 'staffing.trialKept' : 'staffing.trialBroken')}
    </span>
  )
}
