import { useQuery } from '@tanstack/react-query'
import { Clock, Plus } from 'lucide-react'
import { useState } from 'react'
import { dayAndTime, locale } from '../../../shared/time'
import type { Calendar, Period } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Empty } from '../../ui/Notice'
import { Loaded, PageHead } from '../parts'
import { ComingWeeks } from './ComingWeeks'
import { FeedForm } from './FeedForm'
import { HoursForm } from './HoursForm'
import { calendarsQuery } from './queries'
import { groupDays } from './week'

export default function Hours() {
  const t = useT()
  const calendars = useQuery(calendarsQuery)
  const mayWrite = useMay('hours.write')
  const [editing, setEditing] = useState<Calendar | 'new' | null>(null)
  return (
    <>
      <PageHead title={t('settings.hours')} text={t('hours.text')}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setEditing('new')}>
            <Plus size={16} aria-hidden />
            {t('hours.add')}
          </Button>
        )}
      </PageHead>
      <Loaded query={calendars} empty={<Empty icon={Clock} title={t('hours.empty')} />}>
        {(items) => (
          <ul className="flex flex-col gap-3">
            {items.map((calendar) => (
              <CalendarCard key={calendar.id} calendar={calendar} onEdit={() => setEditing(calendar)} />
            ))}
          </ul>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('hours.add') : t('hours.change')} wide>
        {editing && <HoursForm calendar={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function CalendarCard({ calendar, onEdit }: { calendar: Calendar; onEdit: () => void }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const plan = calendar.versions[calendar.current]?.plan
  const planned = calendar.versions[calendar.current + 1]
  const [isOpen, setIsOpen] = useState(false)
  return (
    <li className="rounded-card border border-line p-4">
      <div className="flex items-center gap-2">
        <h2 className="font-strong">{calendar.name}</h2>
        {calendar.is_default && <Chip>{t('hours.default')}</Chip>}
        <span className="grow" />
        {calendar.can.includes('write') && <Button onClick={onEdit}>{t('action.edit')}</Button>}
      </div>
      <p className="text-secondary text-ink-3">{plan?.tz}</p>
      {calendar.always_open ? <p className="mt-2">{t('hours.always')}</p> : plan && <Week periods={plan.periods} />}
      {plan && (plan.holidays?.length ?? 0) > 0 && <p className="mt-2 text-secondary text-ink-3">{t('hours.holidays', { n: plan.holidays?.length ?? 0 })}</p>}
      {planned && <p className="mt-2 text-secondary text-ink-2">{t('hours.planned', { time: dayAndTime(planned.valid_from, now, language) })}</p>}
      <details className="mt-3" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary className="cursor-pointer text-ink-2">{t('hours.coming')}</summary>
        {isOpen && <ComingWeeks calendar={calendar} />}
      </details>
      {calendar.can.includes('write') && <FeedForm calendar={calendar} />}
    </li>
  )
}

function Week({ periods }: { periods: Period[] }) {
  const t = useT()
  const language = useLanguage()
  const name = (weekday: number) => new Intl.DateTimeFormat(locale(language), { weekday: 'short' }).format(new Date(2024, 0, 1 + weekday))
  return (
    <dl className="tabular mt-2 grid grid-cols-[max-content_1fr] gap-x-4 text-ink-2">
      {groupDays(periods).map(({ first, last, spans }) => (
        <div key={first} className="contents">
          <dt>{first === last ? name(first) : `${name(first)}–${name(last)}`}</dt>
          <dd>{spans.length === 0 ? <span className="text-ink-3">{t('hours.closed')}</span> : spans.map((span) => `${span.start}–${span.end}`).join(', ')}</dd>
        </div>
      ))}
    </dl>
  )
}
