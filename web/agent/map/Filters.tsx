import { useQuery } from '@tanstack/react-query'
import { ListFilter } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { locale } from '../../shared/time'
import { api, type Query } from '../api/client'
import type { Company } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { FilterChips } from '../report/FilterChips'
import { CompanyChoice, Segment, whole } from '../report/FilterDialog'
import { addDays, comparisonDays, dayIn, type Days, isDay, midnight, type Preset, presetDays } from '../report/period'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Input, Select } from '../ui/Field'
import { Toggle } from './FlowView'
import type { Measure } from './types'

const PRESETS = ['7d', '28d', '90d', 'thisMonth', 'lastMonth', 'year'] as const satisfies readonly Preset[]
const COMPARISONS = ['before', 'lastYear'] as const
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone
const daysOf = (preset: Preset): Days => presetDays(preset, dayIn(Date.now(), ownZone()))

export type Chosen = {
  preset: Preset | 'custom'
  days: Days
  comparison: (typeof COMPARISONS)[number]
  clock: 'customer' | 'team'
  split: 'none' | 'team' | 'agent'
  measure: Measure
  channel: string
  team: string
  agent: string
  account: string
  topic: string
  tag: string
  weekday: string
  hour: string
  company: string
  segment: string
}

export function firstChoice(): Chosen {
  return {
    preset: '28d', days: daysOf('28d'), comparison: 'before', clock: 'customer', split: 'none', measure: 'time',
    channel: '', team: '', agent: '', account: '', topic: '', tag: '', weekday: '', hour: '', company: '', segment: '',
  }
}

export function mapQuery(chosen: Chosen): Query {
  const zone = ownZone()
  const at = (day: string) => midnight(day, zone).toISOString()
  const before = comparisonDays(chosen.days, chosen.comparison)
  return {
    start: at(chosen.days.first),
    end: at(chosen.days.after),
    compare_start: at(before.first),
    compare_end: at(before.after),
    time_zone: zone,
    clock: chosen.clock,
    split: chosen.split,
    channel: chosen.channel,
    team_id: chosen.team,
    agent_id: chosen.agent,
    account_id: chosen.account,
    topic_id: chosen.topic,
    tag_id: chosen.tag,
    weekday: chosen.weekday,
    hour: chosen.hour,
    company_id: chosen.company,
    filter: chosen.segment,
  }
}

/** "Monday" of 0-6 in the reader's language. */
export function useDayNames(): (day: number) => string {
  const language = useLanguage()
  const format = new Intl.DateTimeFormat(locale(language), { weekday: 'long', timeZone: 'UTC' })
  return (day) => format.format(new Date(Date.UTC(2024, 0, 1 + day)))
}

/** "9:00–10:00" of 0-23. */
export function hourName(hour: number): string {
  return `${hour}:00–${hour + 1}:00`
}

export function useAccounts(): readonly { id: number; name: string }[] {
  return useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
}

export function Filters({ value, onChange }: { value: Chosen; onChange: (value: Chosen) => void }) {
  const t = useT()
  const { teams, agents, tags, topics } = useDirectory()
  const accounts = useAccounts()
  const dayName = useDayNames()
  const [open, setOpen] = useState(false)
  const set = (changes: Partial<Chosen>) => onChange({ ...value, ...changes })
  return (
    <>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <Choice label={t('report.period')} value={value.preset} onChange={(preset) => set({ preset: preset as Preset | 'custom', days: preset === 'custom' ? value.days : daysOf(preset as Preset) })}>
          {[...PRESETS, 'custom' as const].map((preset) => (
            <option key={preset} value={preset}>
              {t(`period.${preset}` as Key)}
            </option>
          ))}
        </Choice>
        {value.preset === 'custom' && <Dates days={value.days} onChange={(days) => set({ days })} />}
        <Choice label={t('report.comparison')} value={value.comparison} onChange={(comparison) => set({ comparison: comparison as Chosen['comparison'] })}>
          {COMPARISONS.map((one) => (
            <option key={one} value={one}>
              {t(`comparison.${one}` as Key)}
            </option>
          ))}
        </Choice>
        <Items label={t('map.channel')} all={t('map.allChannels')} items={[{ id: 1, name: t('map.email') }, { id: 2, name: t('map.messenger') }]} value={value.channel} onChange={(channel) => set({ channel })} />
        <Items label={t('filter.mailbox')} all={t('report.allMailboxes')} items={accounts} value={value.account} onChange={(account) => set({ account })} />
        <Items label={t('filter.team')} all={t('report.allTeams')} items={teams} value={value.team} onChange={(team) => set({ team })} />
        <Items label={t('map.agent')} all={t('map.allAgents')} items={agents} value={value.agent} onChange={(agent) => set({ agent })} />
        <Items label={t('map.topic')} all={t('map.allTopics')} items={topics} value={value.topic} onChange={(topic) => set({ topic })} />
        <Items label={t('filter.tag')} all={t('report.allTags')} items={tags} value={value.tag} onChange={(tag) => set({ tag })} />
        <Items label={t('map.weekday')} all={t('map.allDays')} items={[0, 1, 2, 3, 4, 5, 6].map((id) => ({ id, name: dayName(id) }))} value={value.weekday} onChange={(weekday) => set({ weekday })} />
        <Items label={t('map.hour')} all={t('map.allHours')} items={Array.from({ length: 24 }, (_, id) => ({ id, name: hourName(id) }))} value={value.hour} onChange={(hour) => set({ hour })} />
        <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
          <ListFilter size={15} aria-hidden />
          {t('map.customers')}
        </Button>
        <Choice label={t('map.split')} value={value.split} onChange={(split) => set({ split: split as Chosen['split'] })}>
          {(['none', 'team', 'agent'] as const).map((one) => (
            <option key={one} value={one}>
              {t(`map.split.${one}`)}
            </option>
          ))}
        </Choice>
        <span className="grow" />
        <div role="group" aria-label={t('map.colour')} className="flex gap-1">
          <Toggle pressed={value.measure === 'time'} onClick={() => set({ measure: 'time' })} label={t('map.byTime')} />
          <Toggle pressed={value.measure === 'cost'} onClick={() => set({ measure: 'cost' })} label={t('map.byCost')} />
        </div>
        <div role="group" aria-label={t('report.clock')} className="flex gap-1">
          {(['customer', 'team'] as const).map((one) => (
            <Toggle key={one} pressed={value.clock === one} title={t(`clock.${one}Text`)} onClick={() => set({ clock: one })} label={t(`clock.${one}`)} />
          ))}
        </div>
      </div>
      <Narrowed value={value} set={set} />
      {open && <CustomersDialog value={value} set={set} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Whose conversations: of one company, of a segment. */
function CustomersDialog({ value, set, onClose }: { value: Chosen; set: (changes: Partial<Chosen>) => void; onClose: () => void }) {
  const t = useT()
  const [company, setCompany] = useState(value.company)
  const [segment, setSegment] = useState(value.segment)
  return (
    <Dialog open onClose={onClose} title={t('map.customers')}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          set({ company, segment: whole(segment) })
          onClose()
        }}
      >
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-4">
          <CompanyChoice value={company} onChange={setCompany} />
          <Segment value={segment} onChange={setSegment} />
        </div>
        <footer className="flex gap-2 border-t border-line px-6 py-3">
          <Button variant="primary" type="submit">
            {t('reports.show')}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

/** What narrows the map and is not seen in a field, each with its cross. */
function Narrowed({ value, set }: { value: Chosen; set: (changes: Partial<Chosen>) => void }) {
  const t = useT()
  const company = useQuery({ queryKey: ['company', value.company], queryFn: ({ signal }) => api.get<Company>(`/api/companies/${value.company}`, {}, signal), enabled: value.company !== '' }).data
  const chips = [
    value.company && { name: t('reports.by.company'), text: company?.name ?? '', drop: () => set({ company: '' }) },
    value.segment && { name: t('reports.by.segment'), text: t('reports.segmentOn'), drop: () => set({ segment: '' }) },
  ].filter((chip) => chip !== '')
  return chips.length === 0 ? null : <FilterChips chips={chips} />
}

function Choice(props: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <Select aria-label={props.label} value={props.value} onChange={(event) => props.onChange(event.target.value)} className="w-auto! max-w-52">
      {props.children}
    </Select>
  )
}

function Items(props: { label: string; all: string; items: readonly { id: number; name: string }[]; value: string; onChange: (value: string) => void }) {
  if (props.items.length === 0) return null
  return (
    <Choice label={props.label} value={props.value} onChange={props.onChange}>
      <option value="">{props.all}</option>
      {props.items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
    </Choice>
  )
}

function Dates({ days, onChange }: { days: Days; onChange: (days: Days) => void }) {
  const t = useT()
  const last = addDays(days.after, -1)
  const set = (first: string, to: string) => {
    if (isDay(first) && isDay(to) && first <= to) onChange({ first, after: addDays(to, 1) })
  }
  return (
    <>
      <Input type="date" aria-label={t('report.from')} value={days.first} onChange={(event) => set(event.target.value, last)} className="w-36!" />
      <Input type="date" aria-label={t('report.to')} value={last} onChange={(event) => set(days.first, event.target.value)} className="w-36!" />
    </>
  )
}
