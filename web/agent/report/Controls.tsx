import { useQuery } from '@tanstack/react-query'
import { ListFilter } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { locale } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Button } from '../ui/Button'
import { Input, Select } from '../ui/Field'
import type { Company } from '../api/types'
import { FilterChips } from './FilterChips'
import { FilterDialog } from './FilterDialog'
import { COMPARISONS, type Comparison, type Days, addDays, PRESETS, type Preset } from './period'
import { comparedDays, daysOf, FILTERS, type FilterName, type ReportState } from './state'

type Props = { state: ReportState; set: (patch: Partial<ReportState>) => void; children?: ReactNode }

/** Period, comparison, clock and filters; what else the page offers stands at the end of the line. */
export function Controls({ state, set, children }: Props) {
  const t = useT()
  const language = useLanguage()
  const [open, setOpen] = useState(false)
  const days = daysOf(state, Date.now())
  const before = comparedDays(state, days)
  const choosePeriod = (period: Preset | 'custom') =>
    set(period === 'custom' ? { period, start: days.first, end: addDays(days.after, -1) } : { period, start: '', end: '' })
  const chooseComparison = (compare: Comparison) =>
    set(compare === 'custom' ? { compare, compare_start: before?.first ?? days.first, compare_end: addDays(before?.after ?? days.after, -1) } : { compare, compare_start: '', compare_end: '' })
  return (
    <>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <Choice label={t('report.period')} value={state.period} onChange={(value) => choosePeriod(value as Preset | 'custom')}>
          {[...PRESETS, 'custom' as const].map((preset) => (
            <option key={preset} value={preset}>
              {t(`period.${preset}`)}
            </option>
          ))}
        </Choice>
        {state.period === 'custom' && <Dates from={state.start} to={state.end} label={t('report.period')} onChange={(start, end) => set({ start, end })} />}
        <Choice label={t('report.comparison')} value={state.compare} onChange={(value) => chooseComparison(value as Comparison)}>
          {COMPARISONS.map((comparison) => (
            <option key={comparison} value={comparison}>
              {t(`comparison.${comparison}`)}
            </option>
          ))}
        </Choice>
        {state.compare === 'custom' && (
          <Dates from={state.compare_start} to={state.compare_end} label={t('report.comparison')} onChange={(compare_start, compare_end) => set({ compare_start, compare_end })} />
        )}
        <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
          <ListFilter size={15} aria-hidden />
          {t('reports.filter')}
        </Button>
        <div role="group" aria-label={t('report.clock')} className="flex rounded-control border border-line-strong p-0.5">
          {(['team', 'customer'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={state.clock === one}
              title={t(`clock.${one}Text`)}
              onClick={() => set({ clock: one })}
              className="min-h-6 rounded-[4px] px-2.5 text-secondary font-medium text-ink-3 hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink pointer-coarse:min-h-10"
            >
              {t(`clock.${one}`)}
            </button>
          ))}
        </div>
        <span className="grow" />
        {children}
      </div>
      <p className="tabular mt-2 text-secondary text-ink-3">
        {sayDays(days, locale(language))}
        {before && ` · ${t('reports.comparedWith', { period: sayDays(before, locale(language)) })}`}
        {state.zone && ` · ${state.zone}`}
      </p>
      <Chips state={state} set={set} />
      {open && <FilterDialog state={state} set={set} onClose={() => setOpen(false)} />}
    </>
  )
}

/** "1 – 28 Mar 2026". */
function sayDays(days: Days, language: string): string {
  const format = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return format.formatRange(new Date(`${days.first}T00:00Z`), new Date(`${addDays(days.after, -1)}T00:00Z`))
}

/** The filters of the report that are on. */
function Chips({ state, set }: Props) {
  const t = useT()
  const { agent, team, tag, topic } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') && state.account !== '' }).data
  const company = useQuery({
    queryKey: ['company', state.company],
    queryFn: ({ signal }) => api.get<Company>(`/api/companies/${state.company}`, {}, signal),
    enabled: state.company !== '',
  }).data
  const names: Record<FilterName, string | undefined> = {
    channel: state.channel && t(`reports.channel.${state.channel as 'email'}`),
    account: mailboxes?.find((one) => one.id === Number(state.account))?.name,
    team: team(Number(state.team))?.name,
    agent: agent(Number(state.agent))?.name,
    tag: tag(Number(state.tag))?.name,
    topic: topic(Number(state.topic))?.name,
    company: company?.name,
    filter: t('reports.segmentOn'),
  }
  const chosen = FILTERS.filter((name) => state[name] !== '')
  if (chosen.length === 0) return null
  const chips = chosen.map((name) => ({ name: t(`reports.by.${name === 'filter' ? 'segment' : name}`), text: names[name] ?? state[name], drop: () => set({ [name]: '' }) }))
  return <FilterChips chips={chips} />
}

export function Choice(props: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <Select aria-label={props.label} value={props.value} onChange={(event) => props.onChange(event.target.value)} className="w-auto! max-w-60">
      {props.children}
    </Select>
  )
}

function Dates({ from, to, label, onChange }: { from: string; to: string; label: string; onChange: (from: string, to: string) => void }) {
  const t = useT()
  const set = (first: string, last: string) => {
    if (first && last && first <= last) onChange(first, last)
  }
  return (
    <>
      <Input type="date" aria-label={`${label}: ${t('report.from')}`} value={from} onChange={(event) => set(event.target.value, to)} className="w-36!" />
      <Input type="date" aria-label={`${label}: ${t('report.to')}`} value={to} onChange={(event) => set(from, event.target.value)} className="w-36!" />
    </>
  )
}
