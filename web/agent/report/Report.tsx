import { useQuery } from '@tanstack/react-query'
import { BarChart3 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { Button } from '../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { CasesPanel } from './CasesPanel'
import { Controls } from './Controls'
import { ExportMenu } from './ExportMenu'
import { FigureCard } from './FigureCard'
import { byClock, figureName, formulaText, headline, sayValue } from './figures'
import { summaryQuery } from './queries'
import { SaveReport } from './SaveReport'
import { comparedDays, daysOf, type ReportState, reportQuery, stateSearch, useReportState } from './state'
import type { Figure, Group } from './types'
import type { ReportData } from '../api/types'

const Chart = lazy(() => import('./Chart'))
/** Speed and quality first and side by side: efficiency counts only while quality holds. */
const GROUPS: readonly Group[] = ['speed', 'quality', 'volume', 'people', 'before']

export default function Report() {
  const t = useT()
  const say = useProblemText()
  const { state, drill, set, open } = useReportState()
  const [asked] = useState(() => Date.now())
  const report = useQuery(summaryQuery(reportQuery(state, asked)))
  const figures: readonly Figure[] = report.data?.figures ?? []
  const shown = byClock(figures, state.clock)
  const chosen = shown.find((one) => one.figure.key === state.figure) ?? shown[0]
  const isEmpty = report.data && figures.every((one) => one.now.count === 0 && !one.now.waiting)
  const openCases = (figure: Figure, waiting: boolean | null) => open({ figure: figure.key, clock: figure.clock, key: null, by: null, waiting })

  return (
    <>
      <h1 className="text-title font-strong">{t('reports.overview')}</h1>
      <Controls state={state} set={set}>
        <SaveReport state={state} page="overview" />
        <ExportMenu what="report" state={state} page="overview" />
      </Controls>
      {report.error && <ErrorNote {...say(report.error)} onRetry={() => void report.refetch()} className="mt-4" />}
      {report.isPending && !report.error && <Skeleton rows={4} />}
      {isEmpty && (
        <Empty icon={BarChart3} title={t('report.empty')} text={t('report.emptyText')}>
          {state.period !== 'year' && <Button onClick={() => set({ period: 'year', start: '', end: '' })}>{t('reports.wholeYear')}</Button>}
        </Empty>
      )}
      {report.data && !isEmpty && chosen && (
        <div className={report.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
          <Detail report={report.data} figure={chosen.figure} other={chosen.other} state={state} asked={asked} onCases={openCases} />
          <div className="grid gap-x-6 min-[1100px]:grid-cols-2">
            {GROUPS.map((group) => {
              const cards = shown.filter((one) => (one.figure.group ?? 'speed') === group)
              if (cards.length === 0) return null
              return (
                <section key={group} aria-labelledby={`group-${group}`} className="mt-6">
                  <h2 id={`group-${group}`} className="mb-2 font-strong">
                    {t(`reports.group.${group}`)}
                  </h2>
                  <div className="grid grid-cols-[repeat(auto-fill,minmax(230px,1fr))] gap-3 max-[479px]:grid-cols-1">
                    {cards.map(({ figure, other }) => (
                      <FigureCard
                        key={figure.key}
                        figure={figure}
                        other={other}
                        currency={report.data.currency}
                        chosen={figure.key === chosen.figure.key}
                        onChoose={() => set({ figure: figure.key })}
                        onCases={(waiting) => openCases(figure, waiting)}
                      />
                    ))}
                  </div>
                </section>
              )
            })}
          </div>
        </div>
      )}
      {drill && <CasesPanel drill={drill} state={state} onClose={() => open(null)} />}
    </>
  )
}

type DetailProps = { report: ReportData; figure: Figure; other: Figure | null; state: ReportState; asked: number; onCases: (figure: Figure, waiting: boolean | null) => void }

/** The chosen figure large: its chart over time, what it means, both clocks, and the way to its parts. */
function Detail({ report, figure, other, state, asked, onCases }: DetailProps) {
  const t = useT()
  const language = useLanguage()
  const days = daysOf(state, asked)
  const name = figureName(t, figure)
  const say = (one: Figure) => sayValue(headline(one.now, one.unit), one.unit, report.currency, language)
  return (
    <section aria-label={name} className="mt-4 rounded-card border border-line">
      <header className="flex flex-wrap items-start gap-x-6 gap-y-2 px-5 pt-4">
        <div className="min-w-0 grow basis-80">
          <h2 className="text-thread font-strong">
            {name}
            {figure.clock && <span className="font-regular text-ink-3"> · {t(`clock.${figure.clock}`)}</span>}
          </h2>
          <p className="mt-1 max-w-[80ch] text-secondary text-ink-3">
            {formulaText(t, figure)} <span className="whitespace-nowrap">{t('report.definition', { n: figure.version })}</span>
          </p>
        </div>
        <p className="tabular text-figure leading-9 font-strong tracking-tight">{say(figure)}</p>
      </header>
      <Suspense fallback={<div className="h-60" />}>
        {figure.series.length === 0 ? (
          <p className="flex h-48 items-center justify-center px-6 text-center text-ink-3">{t('report.noSeries')}</p>
        ) : (
          <Chart figure={figure} interval={report.interval} currency={report.currency} zone={report.time_zone} days={days} before={comparedDays(state, days)} />
        )}
      </Suspense>
      <footer className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2">
        <Button variant="plain" onClick={() => onCases(figure, null)}>
          {t('report.cases')}
        </Button>
        {figure.now.waiting ? (
          <Button variant="plain" onClick={() => onCases(figure, true)}>
            <span className="hatched size-2.5 rounded-[2px]" aria-hidden />
            {t('report.waiting', { n: figure.now.waiting })}
          </Button>
        ) : null}
        <BreakdownLink state={{ ...state, figure: figure.key }} />
        {other && (
          <span className="tabular ml-auto px-2 text-secondary text-ink-3">
            {t(`clock.${other.clock!}`)} {say(other)}
          </span>
        )}
      </footer>
    </section>
  )
}

function BreakdownLink({ state }: { state: ReportState }) {
  const t = useT()
  const to = { page: 'reports', section: 'breakdown', item: null } as const
  const search = stateSearch(state)
  return (
    <a
      href={href(to) + search}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        navigate(to, { search })
      }}
      className="target inline-flex items-center rounded-control px-3 font-medium text-ink-2 no-underline hover:bg-hover hover:text-ink"
    >
      {t('reports.breakDown')}
    </a>
  )
}
