import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { BarChart3 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { Cases } from './Cases'
import { FigureCard } from './FigureCard'
import { Controls, initialControls, reportQuery } from './Controls'
import type { Clock, Figure, ReportData } from '../api/types'

const Chart = lazy(() => import('./Chart'))

/** The figures of a period beside its comparison period; one of them large, with its chart and its conversations. */
export default function Report() {
  const t = useT()
  const say = useProblemText()
  const [controls, setControls] = useState(initialControls)
  const [clock, setClock] = useState<Clock>('team')
  const [chosen, setChosen] = useState('first_reply')
  const query = reportQuery(controls)
  const report = useQuery({
    queryKey: ['report', query],
    queryFn: ({ signal }) => api.get<ReportData>('/api/reports/summary', query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const figures = (report.data?.figures ?? []).filter((figure) => figure.clock === null || figure.clock === clock || !hasClock(report.data!, figure.key, clock))
  const figure = figures.find((one) => one.key === chosen) ?? figures[0]
  const isEmpty = report.data && report.data.figures.every((one) => one.now.count === 0 && !one.now.waiting)

  return (
    <>
        <h1 className="text-title font-strong">{t('reports.overview')}</h1>
        <Controls value={controls} onChange={setControls} clock={clock} onClock={setClock} />
        {report.error && <ErrorNote {...say(report.error)} onRetry={() => void report.refetch()} className="mt-4" />}
        {report.isPending && !report.error && <Skeleton rows={4} />}
        {isEmpty && <Empty icon={BarChart3} title={t('report.empty')} text={t('report.emptyText')} />}
        {report.data && !isEmpty && figure && (
          <div className={report.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
            <div role="group" aria-label={t('report.figures')} className="mt-6 grid grid-cols-[repeat(auto-fill,minmax(232px,1fr))] max-[719px]:grid-cols-2 gap-3">
              {figures.map((one) => (
                <FigureCard
                  key={one.key}
                  figure={one}
                  currency={report.data.currency}
                  chosen={one.key === figure.key}
                  onChoose={() => setChosen(one.key)}
                />
              ))}
            </div>
            <Detail report={report.data} figure={figure} query={query} />
          </div>
        )}
    </>
  )
}

function hasClock(report: ReportData, key: string, clock: Clock): boolean {
  return report.figures.some((figure) => figure.key === key && figure.clock === clock)
}

function Detail({ report, figure, query }: { report: ReportData; figure: Figure; query: ReturnType<typeof reportQuery> }) {
  const t = useT()
  return (
    <section aria-label={t(`figure.${figure.key}` as 'figure.received')} className="mt-6 rounded-card border border-line">
      <header className="px-5 pt-4">
        <h2 className="text-thread font-strong">
          {t(`figure.${figure.key}` as 'figure.received')}
          {figure.clock && <span className="font-regular text-ink-3"> · {t(`clock.${figure.clock}`)}</span>}
        </h2>
        <p className="mt-1 max-w-[80ch] text-secondary text-ink-3">
          {t(formulaKey(figure))} <span className="whitespace-nowrap">{t('report.definition', { n: figure.version })}</span>
        </p>
      </header>
      <Suspense fallback={<div className="h-72" />}>
        {figure.series.length === 0 ? (
          <p className="flex h-48 items-center justify-center text-ink-3">{t('report.noSeries')}</p>
        ) : (
          <Chart figure={figure} interval={report.interval} currency={report.currency} period={periodOf(report.start, report.end)} before={periodOf(report.compare_start, report.compare_end)} />
        )}
      </Suspense>
      <Cases figure={figure} query={query} />
    </section>
  )
}

function periodOf(start: string | null, end: string | null) {
  return { start: new Date(start ?? 0), end: new Date(end ?? 0) }
}

function formulaKey(figure: Figure): 'formula.received' {
  return `formula.${figure.key}${figure.clock && figure.key !== 'resolution_time' ? `.${figure.clock}` : ''}` as 'formula.received'
}
