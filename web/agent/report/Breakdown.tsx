import { useQuery } from '@tanstack/react-query'
import { Columns3 } from 'lucide-react'
import { useState } from 'react'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { BarTable } from './BarTable'
import { CasesPanel } from './CasesPanel'
import { Choice, Controls } from './Controls'
import { ExportMenu } from './ExportMenu'
import { figureName, formulaText } from './figures'
import { HeatMap } from './HeatMap'
import { DIMENSIONS } from './members'
import { breakdownQuery, figuresQuery } from './queries'
import { SaveReport } from './SaveReport'
import { reportQuery, useReportState } from './state'

/** What stands beside every speed figure: efficiency counts only while quality holds. */
const QUALITY = 'reopen_rate'

/** One figure by one dimension, every row beside its comparison and its quality. */
export default function Breakdown() {
  const t = useT()
  const say = useProblemText()
  const { state, drill, set, open } = useReportState()
  const [asked] = useState(() => Date.now())
  const figures = useQuery(figuresQuery)
  const infos = figures.data ?? []
  const info = infos.find((one) => one.key === state.figure && one.clock === state.clock) ?? infos.find((one) => one.key === state.figure) ?? infos[0]
  const by = info?.by.includes(state.by) ? state.by : (info?.by[0] ?? state.by)
  const query = reportQuery(state, asked)
  const data = useQuery({ ...breakdownQuery({ ...query, figure: info?.key, clock: info?.clock, by }), enabled: info !== undefined })
  const canCompareQuality = by !== 'heat' && info?.group !== 'quality' && infos.some((one) => one.key === QUALITY && one.by.includes(by))
  const quality = useQuery({ ...breakdownQuery({ ...query, figure: QUALITY, by }), enabled: canCompareQuality })
  const error = figures.error ?? data.error
  const openRow = (key: string, waiting: boolean | null) => info && open({ figure: info.key, clock: info.clock, by, key, waiting })
  const names = [...new Set(infos.map((one) => one.key))]

  return (
    <>
      <h1 className="text-title font-strong">{t('reports.breakdown')}</h1>
      <Controls state={state} set={set}>
        <SaveReport state={{ ...state, by }} page="breakdown" />
        <ExportMenu what="breakdown" state={{ ...state, by, figure: info?.key ?? state.figure }} page="breakdown" />
      </Controls>
      {error && <ErrorNote {...say(error)} onRetry={() => void (figures.error ? figures.refetch() : data.refetch())} className="mt-4" />}
      {info && (
        <div className="mt-4 flex flex-wrap items-center gap-2">
          <Choice label={t('reports.figure')} value={info.key} onChange={(figure) => set({ figure })}>
            {names.map((key) => (
              <option key={key} value={key}>
                {figureName(t, infos.find((one) => one.key === key)!)}
              </option>
            ))}
          </Choice>
          <Choice label={t('reports.dimension')} value={by} onChange={(next) => set({ by: next })}>
            {DIMENSIONS.filter((one) => info.by.includes(one)).map((one) => (
              <option key={one} value={one}>
                {t('reports.byDimension', { dimension: t(`reports.by.${one}`) })}
              </option>
            ))}
          </Choice>
        </div>
      )}
      {info && (
        <p className="mt-2 max-w-[90ch] text-secondary text-ink-3">
          {formulaText(t, info)} {by === 'agent' && info.agent} <span className="whitespace-nowrap">{t('report.definition', { n: info.version })}</span>
        </p>
      )}
      {(data.isPending || figures.isPending) && !error && <Skeleton rows={6} />}
      {data.data?.rows.length === 0 && <Empty icon={Columns3} title={t('report.empty')} text={t('reports.emptyBreakdown')} />}
      {data.data && data.data.rows.length > 0 && info && (
        <div className={`mt-4 ${data.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}`}>
          {data.data.by === 'heat' ? (
            <HeatMap data={data.data} onOpen={openRow} />
          ) : (
            <BarTable data={data.data} better={info.better} quality={canCompareQuality ? (quality.data ?? null) : null} onOpen={openRow} />
          )}
        </div>
      )}
      {drill && <CasesPanel drill={drill} state={state} label={drill.by === by ? data.data?.rows.find((row) => row.key === drill.key)?.label : undefined} onClose={() => open(null)} />}
    </>
  )
}
