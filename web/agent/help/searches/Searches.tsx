import { useQuery } from '@tanstack/react-query'
import { SearchX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { locale } from '../../../shared/time'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Select } from '../../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import { languageName } from '../names'
import { HELP } from '../queries'
import type { Centre } from '../types'
import { Days } from './Days'
import { DeflectionCard } from './DeflectionCard'
import { FailingList } from './FailingList'
import { Gaps } from './Gaps'
import { QueryTable } from './QueryTable'
import type { Deflection, Failing, Gap, SearchReport } from './types'

const PERIODS = [7, 30, 90, 365] as const
const DAY_MS = 86_400_000

/** What people look for: how many searches an answer takes, what they do not find, and which articles do not help. */
export default function Searches({ centre }: { centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const say = useProblemText()
  const [days, setDays] = useState<(typeof PERIODS)[number]>(30)
  const [language, setLanguage] = useState('')
  const [opened] = useState(() => Date.now())
  const asked = useMemo(
    () => ({ centre_id: centre.id, language: language || null, start: new Date(opened - days * DAY_MS).toISOString(), end: new Date(opened).toISOString() }),
    [centre.id, language, days, opened],
  )
  const ask = <T,>(path: string) => ({ queryKey: [...HELP, path, asked], queryFn: ({ signal }: { signal: AbortSignal }) => api.get<T>(path, asked, signal), staleTime: 60_000, placeholderData: (old: T | undefined) => old })
  const report = useQuery(ask<SearchReport>('/api/help/searches'))
  const gaps = useQuery(ask<{ items: Gap[] }>('/api/help/gaps'))
  const failing = useQuery(ask<{ items: Failing[] }>('/api/help/failing'))
  const deflection = useQuery(ask<Deflection>('/api/help/deflection'))
  const error = report.error ?? gaps.error ?? failing.error ?? deflection.error
  const { data } = report
  return (
    <>
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 grow basis-80">
          <h1 className="text-title font-strong">{t('searches.nav')}</h1>
          <p className="mt-1 max-w-[72ch] text-ink-2">{t('searches.text')}</p>
        </div>
        <div className="flex gap-2">
          <Select aria-label={t('report.period')} value={days} onChange={(event) => setDays(Number(event.target.value) as typeof days)} className="w-auto!">
            {PERIODS.map((one) => (
              <option key={one} value={one}>
                {t('searches.days', { n: one })}
              </option>
            ))}
          </Select>
          {centre.languages.length > 1 && (
            <Select aria-label={t('articles.language')} value={language} onChange={(event) => setLanguage(event.target.value)} className="w-auto!">
              <option value="">{t('articles.anyLanguage')}</option>
              {centre.languages.map((tag) => (
                <option key={tag} value={tag}>
                  {languageName(tag, ui)}
                </option>
              ))}
            </Select>
          )}
        </div>
      </header>
      {error && <ErrorNote {...say(error)} onRetry={() => void Promise.all([report.refetch(), gaps.refetch(), failing.refetch(), deflection.refetch()])} className="mt-4" />}
      {report.isPending && !error && <Skeleton rows={5} />}
      {data && data.totals.runs === 0 && (gaps.data?.items.length ?? 0) === 0 && <Empty icon={SearchX} title={t('searches.empty')} text={t('searches.emptyText')} />}
      {data && (data.totals.runs > 0 || (gaps.data?.items.length ?? 0) > 0) && (
        <div className={report.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
          <Totals report={data} />
          {gaps.data && <Gaps gaps={gaps.data.items} centre={centre} />}
          <div className="mt-8 grid items-start gap-6 min-[1000px]:grid-cols-2">
            <Days report={data} />
            {deflection.data && <DeflectionCard deflection={deflection.data} />}
          </div>
          {failing.data && <FailingList items={failing.data.items} />}
          <QueryTable report={data} centre={centre} />
        </div>
      )}
    </>
  )
}

function Totals({ report }: { report: SearchReport }) {
  const t = useT()
  const ui = useLanguage()
  const { totals } = report
  const number = (value: number | null, digits = 1) => (value === null ? '–' : new Intl.NumberFormat(locale(ui), { maximumFractionDigits: digits }).format(value))
  const share = (part: number, of: number) => (of === 0 ? '–' : new Intl.NumberFormat(locale(ui), { style: 'percent', maximumFractionDigits: 0 }).format(part / of))
  const cards = [
    { key: 'until', value: number(totals.mean, 2), text: t('searches.p90', { n: number(totals.p90) }) },
    { key: 'answered', value: share(totals.found, totals.runs), text: t('searches.ofRuns', { n: totals.runs }) },
    { key: 'asked', value: share(totals.contacted, totals.visits), text: t('searches.ofVisits', { n: totals.visits }) },
    { key: 'engine', value: share(totals.from_engine, totals.visits), text: t('searches.engineText') },
  ] as const
  return (
    <dl className="mt-6 grid grid-cols-4 gap-3 max-[899px]:grid-cols-2">
      {cards.map(({ key, value, text }) => (
        <div key={key} className="rounded-card border border-line p-4">
          <dt className="text-secondary font-medium text-ink-2">{t(`searches.${key}`)}</dt>
          <dd className="tabular mt-1 text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px]">{value}</dd>
          <dd className="text-secondary text-ink-3">{text}</dd>
        </div>
      ))}
    </dl>
  )
}
