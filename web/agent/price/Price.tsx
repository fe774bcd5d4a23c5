import { useQuery } from '@tanstack/react-query'
import { Hourglass } from 'lucide-react'
import { useMemo, useState } from 'react'
import { money } from '../../shared/money'
import { locale } from '../../shared/time'
import type { SlownessAnswer } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { useProblemText } from '../app/problems'
import { PRESETS, type Preset } from '../report/period'
import { candidateOf, type Typed } from '../settings/priority/numbers'
import { valueQuery } from '../settings/priority/queries'
import { useRested } from '../settings/priority/useRested'
import { Select } from '../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { Assumptions } from './Assumptions'
import { Breakdown } from './Breakdown'
import { Churn } from './Churn'
import { type Asked, bodyOf, slownessQuery } from './queries'

const MONTH_DAYS = 30.44
const YEAR_DAYS = 365.25

/** What waiting has cost in a period, where it came from, and what it would have cost under other assumptions. */
export default function Price() {
  const t = useT()
  const say = useProblemText()
  const [asked, setAsked] = useState<Asked>({ preset: '28d', compare: 'before', team: null })
  const [typed, setTyped] = useState<Typed>({})
  const [opened] = useState(() => Date.now())
  const view = useQuery(valueQuery)
  const rested = useRested(JSON.stringify(typed))
  const tried = useMemo(() => {
    if (!view.data || rested === '{}') return null
    const { candidate, wrong } = candidateOf(JSON.parse(rested) as Typed, view.data)
    return wrong.size > 0 ? null : candidate
  }, [rested, view.data])
  const body = bodyOf(asked, tried, opened)
  const answer = useQuery(slownessQuery(body))
  const { data } = answer
  return (
    <>
      <h1 className="text-title font-strong">{t('slowness.title')}</h1>
      <p className="mt-1 max-w-[72ch] text-ink-2">{t('slowness.text')}</p>
      <Controls asked={asked} onChange={setAsked} />
      {answer.error && <ErrorNote {...say(answer.error)} onRetry={() => void answer.refetch()} className="mt-4" />}
      {answer.isPending && <Skeleton rows={5} />}
      {data && (
        <div className={answer.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
          <Totals answer={data} />
          {data.now.waits === 0 ? (
            <Empty icon={Hourglass} title={t('slowness.empty')} text={t('slowness.emptyText')} />
          ) : (
            <Breakdown answer={data} body={body} />
          )}
        </div>
      )}
      {view.data && <Assumptions view={view.data} typed={typed} onType={setTyped} />}
      {view.data && <Churn view={view.data} />}
    </>
  )
}

function Controls({ asked, onChange }: { asked: Asked; onChange: (asked: Asked) => void }) {
  const t = useT()
  const { teams } = useDirectory()
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      <Select aria-label={t('report.period')} value={asked.preset} onChange={(event) => onChange({ ...asked, preset: event.target.value as Preset })} className="w-auto!">
        {PRESETS.map((preset) => (
          <option key={preset} value={preset}>
            {t(`period.${preset}`)}
          </option>
        ))}
      </Select>
      <Select aria-label={t('report.comparison')} value={asked.compare} onChange={(event) => onChange({ ...asked, compare: event.target.value as Asked['compare'] })} className="w-auto!">
        {(['before', 'lastYear', 'none'] as const).map((one) => (
          <option key={one} value={one}>
            {t(`comparison.${one}`)}
          </option>
        ))}
      </Select>
      {teams.length > 1 && (
        <Select aria-label={t('slowness.by.team')} value={asked.team ?? ''} onChange={(event) => onChange({ ...asked, team: event.target.value === '' ? null : Number(event.target.value) })} className="w-auto!">
          <option value="">{t('slowness.allTeams')}</option>
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </Select>
      )}
    </div>
  )
}

/** Three digits that count: more would lie about an estimate. The whole amount stands in the title. */
function Totals({ answer }: { answer: SlownessAnswer }) {
  const t = useT()
  const language = useLanguage()
  const { now, before, currency, tried } = answer
  const amount = (minor: number) => money(Number(minor.toPrecision(3)), currency, language)
  const rates = [
    ['slowness.total', now.minor, now.tried_minor],
    ['slowness.perDay', now.per_day_minor, now.tried_per_day_minor],
    ['slowness.perMonth', now.per_day_minor * MONTH_DAYS, now.tried_per_day_minor * MONTH_DAYS],
    ['slowness.perYear', now.per_day_minor * YEAR_DAYS, now.tried_per_day_minor * YEAR_DAYS],
  ] as const
  const change = before && before.per_day_minor > 0 ? (now.per_day_minor - before.per_day_minor) / before.per_day_minor : null
  const percent = (ratio: number) => new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(ratio)
  return (
    <>
      <dl className="mt-6 grid grid-cols-4 gap-3 max-[899px]:grid-cols-2">
        {rates.map(([key, minor, would], index) => (
          <div key={key} className="rounded-card border border-line p-4">
            <dt className="text-secondary font-medium text-ink-2">{t(key)}</dt>
            <dd title={money(Math.round(minor), currency, language)} className="tabular mt-1 text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px] max-[719px]:leading-7">{amount(minor)}</dd>
            {tried && (
              <dd className="tabular text-secondary font-medium text-accent-ink">
                {t('slowness.would', { amount: amount(would) })}
                {minor > 0 && ` (${percent((would - minor) / minor)})`}
              </dd>
            )}
            {index === 0 && <dd className="mt-1 text-[12px] text-ink-3">{t('slowness.waits', { n: now.waits })}</dd>}
            {index === 1 && change !== null && (
              <dd className={`tabular mt-1 text-[12px] ${change < 0 ? 'text-done' : change > 0 ? 'text-wrong' : 'text-ink-3'}`}>
                {t(change <= 0 ? 'slowness.less' : 'slowness.more', { change: percent(change) })}
              </dd>
            )}
            {index > 1 && <dd className="mt-1 text-[12px] text-ink-3">{t('slowness.atThisRate')}</dd>}
          </div>
        ))}
      </dl>
      <p className="mt-3 max-w-[88ch] text-secondary text-ink-3">
        {t('slowness.formula')} {now.minor > 0 && t('slowness.assumedPart', { share: percentOf(now.assumed_minor / now.minor, language) })}{' '}
        {!answer.own_curve && t('slowness.defaultCurve')}
        {now.unconverted > 0 && <strong className="font-medium text-ink-2"> {t('slowness.unconverted', { n: now.unconverted })}</strong>}
      </p>
    </>
  )
}

function percentOf(ratio: number, language: Parameters<typeof locale>[0]): string {
  return new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(ratio)
}
