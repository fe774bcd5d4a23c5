import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Download, FileInput, Waypoints } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { money } from '../../shared/money'
import { duration, locale } from '../../shared/time'
import { api, withQuery } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { sayChange } from '../report/figures'
import { Button } from '../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { Behind } from './Behind'
import { Filters, firstChoice, hourName, mapQuery, useAccounts, useDayNames } from './Filters'
import { FlowView } from './FlowView'
import { journeyNames } from './names'
import { changeOf, journeyParts } from './shown'
import type { JourneyMap, MapView, Pick } from './types'

const Logs = lazy(() => import('./Logs'))

/** The bottleneck map: the own journey, or under /logs what was imported. */
export default function MapPage({ item }: { item: string | null }) {
  if (item === null) return <OwnJourney />
  return (
    <Suspense fallback={<Skeleton rows={4} />}>
      <Logs id={item === 'logs' ? null : Number(item)} />
    </Suspense>
  )
}

function OwnJourney() {
  const t = useT()
  const say = useProblemText()
  const [chosen, setChosen] = useState(firstChoice)
  const [pick, setPick] = useState<Pick | null>(null)
  const query = mapQuery(chosen)
  const map = useQuery({
    queryKey: ['map', query],
    queryFn: ({ signal }) => api.get<MapView>('/api/reports/map', query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const isEmpty = map.data && map.data.now.flow.cases === 0 && !map.data.now.before_contact
  return (
    <>
      <header className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-title font-strong">{t('reports.map')}</h1>
        <div className="flex gap-2">
          <Button onClick={() => navigate({ page: 'reports', section: 'map', item: 'logs' }, { search: '' })}>
            <FileInput size={16} aria-hidden />
            {t('map.logs')}
          </Button>
          <Button onClick={() => location.assign(withQuery('/api/reports/map.xes', { ...query, compare_start: undefined, compare_end: undefined }))} disabled={!map.data || isEmpty}>
            <Download size={16} aria-hidden />
            {t('map.exportXes')}
          </Button>
        </div>
      </header>
      <Filters value={chosen} onChange={setChosen} />
      {map.error && <ErrorNote {...say(map.error)} onRetry={() => void map.refetch()} className="mt-4" />}
      {map.isPending && !map.error && <Skeleton rows={6} />}
      {isEmpty && (
        <Empty icon={Waypoints} title={t('map.empty')} text={t('map.emptyText')}>
          <Button onClick={() => navigate({ page: 'reports', section: 'map', item: 'logs' }, { search: '' })}>{t('map.importLog')}</Button>
        </Empty>
      )}
      {map.data && !isEmpty && (
        <div className={map.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
          <Shown view={map.data} measure={chosen.measure} split={chosen.split} onPick={setPick} />
        </div>
      )}
      <Behind pick={pick} query={query} currency={map.data?.currency ?? 'EUR'} onClose={() => setPick(null)} />
    </>
  )
}

function Shown({ view, measure, split, onPick }: { view: MapView; measure: 'time' | 'cost'; split: string; onPick: (pick: Pick) => void }) {
  const t = useT()
  const directory = useDirectory()
  const accounts = useAccounts()
  const days = useDayNames()
  const names = useMemo(() => journeyNames({ t, directory, accounts, split, hours: hourName, days }), [t, directory, accounts, split, days])
  const parts = useMemo(() => journeyParts(view.now.flow, view.before?.flow ?? null, view.now.before_contact, names, measure), [view, names, measure])
  return (
    <>
      <Figures view={view} />
      {view.now.before_contact && <GaveUp map={view.now} currency={view.currency} onPick={onPick} />}
      <FlowView flow={view.now.flow} {...parts} cuts={view.now.cuts} cutsBefore={view.before?.cuts} names={names} measure={measure} currency={view.currency} isJourney onPick={onPick} />
    </>
  )
}

function Figures({ view }: { view: MapView }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const { now, before } = view
  const figures = [
    { key: 'cases', value: number.format(now.flow.cases), note: t('map.stillOpen', { n: now.flow.open, count: number.format(now.flow.open) }), ratio: changeOf(now.flow.cases, before?.flow.cases), better: null },
    { key: 'cycle', value: now.flow.cycle.count ? duration(now.flow.cycle.median, language) : '–', note: t('map.p90Is', { time: duration(now.flow.cycle.p90, language) }), ratio: changeOf(now.flow.cycle.median, before?.flow.cycle.median), better: -1 },
    { key: 'waited', value: duration(now.waited, language), note: t('map.waitedText'), ratio: changeOf(now.waited, before?.waited), better: -1 },
    { key: 'cost', value: money(Math.round(now.cost), view.currency, language), note: t('map.costText'), ratio: changeOf(now.cost, before?.cost), better: -1 },
  ] as const
  return (
    <dl className="mt-6 grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-3 max-[719px]:grid-cols-2">
      {figures.map((figure) => (
        <div key={figure.key} className="rounded-card border border-line px-4 py-3">
          <dt className="text-secondary font-medium text-ink-2">{t(`map.figure.${figure.key}`)}</dt>
          <dd>
            <span className="flex flex-wrap items-baseline gap-x-2">
              <span className="tabular text-figure leading-tight font-strong max-[719px]:text-title">{figure.value}</span>
              {figure.ratio !== null && <Change ratio={figure.ratio} better={figure.better} />}
            </span>
            <span className="block text-secondary text-ink-3">{figure.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Change({ ratio: change, better }: { ratio: number; better: -1 | null }) {
  const t = useT()
  const language = useLanguage()
  const tone = better === null || change === 0 ? 'text-ink-3' : change < 0 ? 'text-done' : 'text-ink-2'
  return <span className={`tabular text-secondary ${tone}`}>{t('map.against', { change: sayChange(change, 'count', language) })}</span>
}

/** Who looked for help and never wrote, with the assumption that prices it. */
function GaveUp({ map, currency, onPick }: { map: JourneyMap; currency: string; onPick: (pick: Pick) => void }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const before = map.before_contact!
  const lost = before.visits - before.wrote
  return (
    <section aria-label={t('map.beforeTitle')} className="mt-6 rounded-card border border-line px-5 py-4 max-[719px]:px-3">
      <h2 className="text-thread font-strong">{t('map.beforeTitle')}</h2>
      <p className="mt-1 max-w-[90ch]">{t('map.beforeText', { visits: number.format(before.visits), wrote: number.format(before.wrote), lost: number.format(lost) })}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {Object.entries(before.gave_up).map(([step, n]) => (
          <Button key={step} onClick={() => onPick({ title: t('map.gaveUpAt', { name: t(`map.stage.${step}` as 'map.stage.form') }), ask: { step }, visits: true })}>
            {t('map.lastStep', { name: t(`map.stage.${step}` as 'map.stage.form'), n: number.format(n) })}
          </Button>
        ))}
      </div>
      <p className="mt-3 max-w-[90ch] text-secondary text-ink-3">
        {before.priced > 0
          ? t('map.beforePrice', { cost: money(Math.round(before.cost), currency, language), n: number.format(before.priced), each: money(Math.round(before.each_minor), currency, language) })
          : t('map.beforeFree')}
      </p>
    </section>
  )
}
