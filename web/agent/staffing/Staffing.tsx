import { useQuery } from '@tanstack/react-query'
import { CalendarClock, TriangleAlert } from 'lucide-react'
import { useMemo, useState } from 'react'
import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { useProblemText } from '../app/problems'
import { Field, Select } from '../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { Channels } from './Channels'
import { Expected } from './Expected'
import { Gaps } from './Gaps'
import { totals } from './hours'
import { type Asked, type Staffing as Plan, staffingQuery } from './queries'
import { Trials } from './Trials'

const START: Asked = { weeks: 1, team: null, within: 0.8, occupancy: 0.85, chats: 3 }

/** How much will come, who is needed to keep the promise, who is there, and where it does not fit. */
export default function Staffing() {
  const t = useT()
  const say = useProblemText()
  const [asked, setAsked] = useState(START)
  const answer = useQuery(staffingQuery(asked))
  const plan = answer.data
  return (
    <>
      <h1 className="text-title font-strong">{t('staffing.title')}</h1>
      <p className="mt-1 max-w-[72ch] text-ink-2">{t('staffing.text')}</p>
      <Controls asked={asked} onChange={setAsked} />
      {answer.error && <ErrorNote {...say(answer.error)} onRetry={() => void answer.refetch()} className="mt-4" />}
      {answer.isPending && <Skeleton rows={5} />}
      {plan?.problem && <Empty icon={CalendarClock} title={t('staffing.empty')} text={t('staffing.emptyText', { n: plan.history_days })} />}
      {plan && !plan.problem && (
        <div className={answer.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}>
          <Growing plan={plan} />
          <Cards plan={plan} />
          <Gaps plan={plan} />
          <Trials asked={asked} />
          <Expected plan={plan} />
          <Channels plan={plan} />
        </div>
      )}
    </>
  )
}

function Controls({ asked, onChange }: { asked: Asked; onChange: (asked: Asked) => void }) {
  const t = useT()
  const { teams } = useDirectory()
  const language = useLanguage()
  const share = new Intl.NumberFormat(locale(language), { style: 'percent' })
  const choice = (label: string, hint: string, name: 'weeks' | 'within' | 'occupancy' | 'chats', options: readonly number[], word: (n: number) => string) => (
    <Field label={label} hint={hint}>
      {(control) => (
        <Select {...control} value={asked[name]} onChange={(event) => onChange({ ...asked, [name]: Number(event.target.value) })}>
          {options.map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
  return (
    <div className="mt-4 grid grid-cols-[repeat(auto-fit,minmax(168px,1fr))] items-start gap-3">
      <Field label={t('staffing.team')}>
        {(control) => (
          <Select {...control} value={asked.team ?? ''} onChange={(event) => onChange({ ...asked, team: event.target.value ? Number(event.target.value) : null })}>
            <option value="">{t('staffing.everybody')}</option>
            {teams.map((team) => (
              <option key={team.id} value={team.id}>
                {team.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {choice(t('staffing.ahead'), '', 'weeks', [1, 2, 4], (n) => t('staffing.weeks', { n }))}
      {choice(t('staffing.within'), t('staffing.withinHint'), 'within', [0.7, 0.8, 0.9, 0.95], (n) => share.format(n))}
      {choice(t('staffing.occupancy'), t('staffing.occupancyHint'), 'occupancy', [0.7, 0.8, 0.85, 0.9, 1], (n) => share.format(n))}
      {choice(t('staffing.chats'), t('staffing.chatsHint'), 'chats', [1, 2, 3, 4, 5], String)}
    </div>
  )
}

function Cards({ plan }: { plan: Plan }) {
  const t = useT()
  const language = useLanguage()
  const sum = useMemo(() => totals(plan.slots, plan.slot_s), [plan])
  const number = (value: number) => new Intl.NumberFormat(locale(language), { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
  const hours = (value: number) => new Intl.NumberFormat(locale(language), { style: 'unit', unit: 'hour', maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
  const arrived = plan.channels.reduce((total, one) => total + one.arrived_last_week, 0)
  const expected = plan.channels.reduce((total, one) => total + one.expected, 0)
  const growth = plan.growth.weekly
  const cards = [
    { key: 'expected', value: number(expected), text: t('staffing.lastWeek', { n: arrived }) },
    { key: 'peak', value: number(sum.peak), text: t('staffing.ofPeople', { n: plan.people }) },
    { key: 'needed', value: hours(sum.needed), text: t('staffing.plannedHours', { hours: hours(sum.planned) }) },
    { key: 'short', value: hours(sum.short), text: sum.short > 0 ? t('staffing.shortText') : t('staffing.enough') },
    {
      key: 'growth',
      value: growth === null ? '–' : new Intl.NumberFormat(locale(language), { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 1 }).format(growth - 1),
      text: growth === null ? t('staffing.noTrend') : t('staffing.trend'),
    },
  ] as const
  return (
    <dl className="mt-6 grid grid-cols-[repeat(auto-fit,minmax(180px,1fr))] gap-3 max-[719px]:grid-cols-2">
      {cards.map(({ key, value, text }) => (
        <div key={key} className="rounded-card border border-line p-4">
          <dt className="text-secondary font-medium text-ink-2">{t(`staffing.${key}`)}</dt>
          <dd className="tabular mt-1 text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px]">{value}</dd>
          <dd className="text-secondary text-ink-3">{text}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Growing too fast is said in a sentence with its day, before any figure. */
function Growing({ plan }: { plan: Plan }) {
  const t = useT()
  const language = useLanguage()
  const { enough_until: until, too_fast: tooFast, needed_hours: needed, planned_hours: planned } = plan.growth
  const isShort = needed > planned
  if (!isShort && !tooFast) return null
  const day = until && new Intl.DateTimeFormat(locale(language), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${until}T12:00Z`))
  return (
    <p role="status" className="mt-4 flex items-start gap-2 rounded-card border border-line bg-panel px-4 py-3">
      <TriangleAlert size={18} aria-hidden className="mt-0.5 shrink-0 text-heat-4" />
      <span>{isShort ? t('staffing.tooFew') : t('staffing.tooFast', { day: day ?? '' })}</span>
    </p>
  )
}
