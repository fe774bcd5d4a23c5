import { useQuery } from '@tanstack/react-query'
import type { Query } from '../api/client'
import { useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Input, Select } from '../ui/Field'
import { chooseInterval, COMPARISONS, type Comparison, comparisonPeriod, dateField, fieldsPeriod, type Period, type Preset, PRESETS, presetPeriod } from './period'
import type { Clock } from '../api/types'

export type ControlsValue = {
  preset: Preset | 'custom'
  period: Period
  comparison: Comparison
  team: string
  account: string
  tag: string
}

export function initialControls(): ControlsValue {
  return { preset: '28d', period: presetPeriod('28d', new Date()), comparison: 'before', team: '', account: '', tag: '' }
}

export function reportQuery({ period, comparison, team, account, tag }: ControlsValue): Query {
  const before = comparisonPeriod(period, comparison)
  return {
    start: period.start.toISOString(),
    end: period.end.toISOString(),
    compare_start: before.start.toISOString(),
    compare_end: before.end.toISOString(),
    interval: chooseInterval(period),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    team_id: team,
    account_id: account,
    tag_id: tag,
  }
}

type Props = { value: ControlsValue; onChange: (value: ControlsValue) => void; clock: Clock; onClock: (clock: Clock) => void }

export function Controls({ value, onChange, clock, onClock }: Props) {
  const t = useT()
  const { teams, tags } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const choosePreset = (preset: Preset | 'custom') =>
    onChange({ ...value, preset, period: preset === 'custom' ? value.period : presetPeriod(preset, new Date()) })
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      <Choice label={t('report.period')} value={value.preset} onChange={(preset) => choosePreset(preset as Preset)}>
        {[...PRESETS, 'custom' as const].map((preset) => (
          <option key={preset} value={preset}>
            {t(`period.${preset}`)}
          </option>
        ))}
      </Choice>
      {value.preset === 'custom' && <Dates period={value.period} onChange={(period) => onChange({ ...value, period })} />}
      <Choice label={t('report.comparison')} value={value.comparison} onChange={(comparison) => onChange({ ...value, comparison: comparison as Comparison })}>
        {COMPARISONS.map((comparison) => (
          <option key={comparison} value={comparison}>
            {t(`comparison.${comparison}`)}
          </option>
        ))}
      </Choice>
      <Items label={t('filter.team')} all={t('report.allTeams')} items={teams} value={value.team} onChange={(team) => onChange({ ...value, team })} />
      <Items label={t('filter.mailbox')} all={t('report.allMailboxes')} items={mailboxes} value={value.account} onChange={(account) => onChange({ ...value, account })} />
      <Items label={t('filter.tag')} all={t('report.allTags')} items={tags} value={value.tag} onChange={(tag) => onChange({ ...value, tag })} />
      <span className="grow" />
      <div role="group" aria-label={t('report.clock')} className="flex rounded-control border border-line-strong p-0.5">
        {(['team', 'customer'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={clock === one}
            title={t(`clock.${one}Text`)}
            onClick={() => onClock(one)}
            className="min-h-6 rounded-[4px] px-2.5 text-secondary font-medium text-ink-3 hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink pointer-coarse:min-h-10"
          >
            {t(`clock.${one}`)}
          </button>
        ))}
      </div>
    </div>
  )
}

function Choice(props: { label: string; value: string; onChange: (value: string) => void; children: React.ReactNode }) {
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

function Dates({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const t = useT()
  const from = dateField(period.start)
  const to = dateField(new Date(period.end.getFullYear(), period.end.getMonth(), period.end.getDate() - 1))
  const set = (nextFrom: string, nextTo: string) => {
    const next = fieldsPeriod(nextFrom, nextTo)
    if (next) onChange(next)
  }
  return (
    <>
      <Input type="date" aria-label={t('report.from')} value={from} onChange={(event) => set(event.target.value, to)} className="w-36!" />
      <Input type="date" aria-label={t('report.to')} value={to} onChange={(event) => set(from, event.target.value)} className="w-36!" />
    </>
  )
}
