import { useQuery } from '@tanstack/react-query'
import { BrainCircuit, RefreshCw, Square } from 'lucide-react'
import { useState } from 'react'
import { duration, moment } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { useNow } from '../app/useNow'
import { useChange } from '../settings/parts'
import { Button } from '../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { Confusions } from './Confusions'
import { Drift } from './Drift'
import { isOpen, type TaskReport, type Training, type Understanding, understandingQuery } from './queries'
import { useShare } from './words'

/** How well messages are understood: accuracy, confusions, agreement with people, drift, and the last training. */
export default function UnderstandingPage() {
  const t = useT()
  const say = useProblemText()
  const answer = useQuery(understandingQuery)
  const page = answer.data
  const report = page?.current?.report
  return (
    <>
      <header className="flex items-start gap-4 max-[719px]:flex-col">
        <div className="min-w-0 grow">
          <h1 className="text-title font-strong">{t('understanding.title')}</h1>
          <p className="mt-1 max-w-[72ch] text-ink-2">{t('understanding.text')}</p>
        </div>
        {page && <Train page={page} />}
      </header>
      {answer.error && <ErrorNote {...say(answer.error)} onRetry={() => void answer.refetch()} className="mt-4" />}
      {answer.isPending && <Skeleton rows={4} />}
      {page && <TrainingState page={page} />}
      {page && !report && !isOpen(page.last) && <Empty icon={BrainCircuit} title={t('understanding.emptyTitle')} text={t('understanding.emptyText')} />}
      {page && report && (
        <>
          <Tasks page={page} reports={report.tasks} />
          {report.impossible?.includes('topic') && <p className="mt-3 max-w-[72ch] text-ink-2">{t('understanding.noTopics')}</p>}
          <Drift page={page} />
        </>
      )}
    </>
  )
}

function Train({ page }: { page: Understanding }) {
  const t = useT()
  const change = useChange([understandingQuery.queryKey])
  const open = isOpen(page.last) ? page.last : null
  if (!page.can.includes('train')) return null
  if (open) {
    return (
      <Button onClick={() => void change(() => api.post(`/api/understanding/trainings/${open.id}/stop`, {}), t('understanding.stopped'))}>
        <Square size={14} aria-hidden />
        {t('understanding.stop')}
      </Button>
    )
  }
  return (
    <Button variant="primary" onClick={() => void change(() => api.post('/api/understanding/trainings', {}))}>
      <RefreshCw size={15} aria-hidden />
      {t('understanding.train')}
    </Button>
  )
}

/** When it was trained last and on what; progress while one runs; what went wrong, where it did. */
function TrainingState({ page }: { page: Understanding }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { current, last } = page
  return (
    <div className="mt-4 flex flex-col gap-3" aria-live="polite">
      {last && isOpen(last) && <Running training={last} />}
      {last?.state === 'failed' && <ErrorNote title={t('understanding.failed', { when: moment(last.finished_at ?? last.created_at, now, language) })} text={last.problem} />}
      {page.embeddings_problem != null && <ErrorNote title={t('understanding.noEmbeddings')} text={page.embeddings_problem} />}
      {last?.state === 'stopped' && <p className="text-ink-2">{t('understanding.wasStopped', { when: moment(last.finished_at ?? last.created_at, now, language) })}</p>}
      {current && (
        <p className="tabular text-secondary text-ink-3">
          {t('understanding.inUse', { when: moment(current.finished_at ?? current.created_at, now, language), n: current.labels, time: duration(current.report?.seconds ?? 0, language) })}
          {' · '}
          {t('understanding.newLabels', { n: page.new_labels })}
          {current.report?.tasks.some((one) => one.embedded) && ` · ${t('understanding.withEmbeddings')}`}
        </p>
      )}
    </div>
  )
}

function Running({ training }: { training: Training }) {
  const t = useT()
  const language = useLanguage()
  const left = training.seconds_left
  return (
    <div className="rounded-card border border-line p-4">
      <p className="tabular mb-2 flex justify-between gap-4">
        <span>{t(training.state === 'waiting' ? 'understanding.waiting' : 'understanding.running')}</span>
        {left != null && <span className="text-ink-3">{t('understanding.left', { time: duration(left, language) })}</span>}
      </p>
      <progress aria-label={t('understanding.running')} max={1} value={training.progress} className="h-1.5 w-full accent-accent" />
    </div>
  )
}

function Tasks({ page, reports }: { page: Understanding; reports: readonly TaskReport[] }) {
  const t = useT()
  const share = useShare()
  const [chosen, setChosen] = useState<TaskReport['task'] | null>(null)
  const shown = reports.find((one) => one.task === chosen) ?? reports[0]
  if (!shown) return null
  return (
    <>
      <div role="group" aria-label={t('understanding.tasks')} className="mt-6 grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-3 max-[719px]:grid-cols-2">
        {reports.map((one) => (
          <button
            key={one.task}
            type="button"
            aria-pressed={one === shown}
            onClick={() => setChosen(one.task)}
            className="rounded-card border border-line p-4 text-left hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <span className="block text-secondary font-medium text-ink-2">{t(`understood.${one.task}`)}</span>
            <span className="tabular mt-1 block text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px]">{share(one.precise)}</span>
            <span className="block text-secondary text-ink-2">{t('understanding.card', { share: share(one.known), n: one.examples })}</span>
          </button>
        ))}
      </div>
      <p className="mt-3 max-w-[88ch] text-secondary text-ink-3">{t('understanding.definition')}</p>
      <div className="mt-8 grid grid-cols-2 gap-8 max-[1023px]:grid-cols-1">
        <Languages report={shown} />
        <Agreement page={page} />
      </div>
      <Confusions report={shown} />
    </>
  )
}

function Languages({ report }: { report: TaskReport }) {
  const t = useT()
  const share = useShare()
  const names: Record<string, string> = { en: 'English', it: 'Italiano', ko: '한국어' }
  return (
    <section>
      <h2 className="text-thread font-strong">{t('understanding.languages', { task: t(`understood.${report.task}`) })}</h2>
      <table className="tabular mt-2 w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-secondary text-ink-3">
            <th className="py-1.5 font-medium">{t('understanding.language')}</th>
            <th className="py-1.5 text-right font-medium">{t('understanding.examples')}</th>
            <th className="py-1.5 text-right font-medium">{t('understanding.right')}</th>
            <th className="py-1.5 text-right font-medium">{t('understanding.known')}</th>
            <th className="py-1.5 text-right font-medium">{t('understanding.precise')}</th>
          </tr>
        </thead>
        <tbody>
          {report.languages.map((one) => (
            <tr key={one.language} className="border-b border-line">
              <th scope="row" className="py-1.5 font-regular">
                {names[one.language] ?? (one.language || t('understanding.unknownLanguage'))}
              </th>
              <td className="py-1.5 text-right">{one.examples}</td>
              <td className="py-1.5 text-right">{share(one.right)}</td>
              <td className="py-1.5 text-right">{share(one.known)}</td>
              <td className="py-1.5 text-right">{share(one.precise)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Agreement({ page }: { page: Understanding }) {
  const t = useT()
  const share = useShare()
  return (
    <section>
      <h2 className="text-thread font-strong">{t('understanding.agreement')}</h2>
      {page.agreement.length === 0 ? (
        <p className="mt-2 text-ink-3">{t('understanding.noAgreement')}</p>
      ) : (
        <table className="tabular mt-2 w-full border-collapse text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <th className="py-1.5 font-medium">{t('understanding.what')}</th>
              <th className="py-1.5 text-right font-medium">{t('understanding.set')}</th>
              <th className="py-1.5 text-right font-medium">{t('understanding.changed')}</th>
              <th className="py-1.5 text-right font-medium">{t('understanding.kept')}</th>
            </tr>
          </thead>
          <tbody>
            {page.agreement.map((one) => (
              <tr key={one.task} className="border-b border-line">
                <th scope="row" className="py-1.5 font-regular">
                  {t(`understood.${one.task}`)}
                </th>
                <td className="py-1.5 text-right">{one.set}</td>
                <td className="py-1.5 text-right">{one.changed}</td>
                <td className="py-1.5 text-right">{share(1 - one.changed / one.set)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
