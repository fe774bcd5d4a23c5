import { useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { absolute, duration, locale } from '../../shared/time'
import { api } from '../api/client'
import type { Simulation } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button, IconButton } from '../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { isOpen, simulationsQuery } from './queries'
import { Outcome } from './Outcome'
import { ScenarioForm } from './ScenarioForm'

/** Run a past period again under other rules, and compare every figure and the price. */
export default function WhatIf() {
  const t = useT()
  const say = useProblemText()
  const runs = useQuery(simulationsQuery)
  const [open, setOpen] = useState<string | null>(null)
  const shown = open ?? runs.data?.find((run) => run.state === 'done')?.id ?? null
  return (
    <>
      <h1 className="text-title font-strong">{t('whatif.title')}</h1>
      <p className="mt-1 max-w-[72ch] text-ink-2">{t('whatif.text')}</p>
      <ScenarioForm onStart={setOpen} />
      {runs.error && <ErrorNote {...say(runs.error)} onRetry={() => void runs.refetch()} className="mt-4" />}
      {runs.isPending && !runs.error && <Skeleton rows={3} />}
      {runs.data?.length === 0 && <Empty icon={FlaskConical} title={t('whatif.empty')} text={t('whatif.emptyText')} />}
      {runs.data && runs.data.length > 0 && (
        <ul aria-label={t('whatif.runs')} className="mt-6 space-y-3">
          {runs.data.map((run) => (
            <RunCard key={run.id} run={run} isOpen={run.id === shown} onToggle={() => setOpen(run.id === shown ? '' : run.id)} />
          ))}
        </ul>
      )}
    </>
  )
}

function RunCard({ run, isOpen: isShown, onToggle }: { run: Simulation; isOpen: boolean; onToggle: () => void }) {
  const t = useT()
  const language = useLanguage()
  const say = useProblemText()
  const client = useQueryClient()
  const [problem, setProblem] = useState<unknown>(null)
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work()
      setProblem(null)
    } catch (failed) {
      setProblem(failed)
    }
    await client.invalidateQueries(simulationsQuery)
  }
  return (
    <li className="rounded-card border border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-3">
        <button type="button" aria-expanded={isShown && run.result !== null} disabled={!run.result} onClick={onToggle} className="target min-w-0 grow text-left">
          <span className="block truncate font-medium" title={run.scenario.name}>
            {run.scenario.name}
          </span>
          <span className="block text-secondary text-ink-3" title={absolute(run.created_at, language)}>
            {changes(run, t, language)}
          </span>
        </button>
        <span className="text-secondary text-ink-2">{t(`whatif.state.${run.state}`)}</span>
        {isOpen(run) ? (
          <Button onClick={() => void act(() => api.post(`/api/simulations/${run.id}/stop`))}>
            <Square size={14} aria-hidden />
            {t('whatif.stop')}
          </Button>
        ) : (
          <IconButton label={t('whatif.forget', { name: run.scenario.name })} onClick={() => void act(() => api.delete(`/api/simulations/${run.id}`))}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        )}
      </div>
      {isOpen(run) && (
        <div className="px-5 pb-3">
          <progress aria-label={run.scenario.name} max={1} value={run.progress} className="h-1.5 w-full accent-accent" />
          <p className="text-secondary text-ink-3">{run.left_s === null ? t('whatif.begins') : t('whatif.left', { time: duration(Math.max(1, run.left_s), language) })}</p>
        </div>
      )}
      {run.problem && <ErrorNote title={t('whatif.failed')} text={run.problem} className="mx-5 mb-4" />}
      {problem !== null && <ErrorNote {...say(problem)} className="mx-5 mb-4" />}
      {isShown && run.result && <Outcome found={run.result} />}
    </li>
  )
}

/** The scenario in one line: the period, and what is different. */
function changes({ scenario }: Simulation, t: ReturnType<typeof useT>, language: ReturnType<typeof useLanguage>): string {
  const day = new Intl.DateTimeFormat(locale(language), { dateStyle: 'medium' })
  const parts = [day.formatRange(new Date(scenario.start), new Date(new Date(scenario.end).getTime() - 1))]
  if (scenario.rule) parts.push(t(`whatif.rule.${scenario.rule}`))
  if (scenario.mode) parts.push(t(`whatif.${scenario.mode}`))
  const people = scenario.more_people ?? 0
  if (people !== 0) parts.push(t(people > 0 ? 'whatif.morePeople' : 'whatif.fewerPeople', { n: Math.abs(people) }))
  if (scenario.bot_share) parts.push(t('whatif.byBot', { n: Math.round(scenario.bot_share * 100) }))
  const hours = scenario.periods?.[0]
  if (hours) parts.push(`${hours.start}–${hours.end}`)
  if (scenario.work_holidays) parts.push(t('whatif.holidays'))
  if (parts.length === 1) parts.push(t('whatif.nothing'))
  return parts.join(' · ')
}
