import { useQuery } from '@tanstack/react-query'
import { clock, locale } from '../../../shared/time'
import type { components } from '../../../shared/api.gen'
import { api } from '../../api/client'
import type { Calendar } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { ErrorNote, Skeleton } from '../../ui/Notice'

type Preview = components['schemas']['HoursPreview']
type Day = Preview['days'][number]

/** The next four weeks as they will be, with holidays, clock changes and planned changes: look once after every change. */
export function ComingWeeks({ calendar }: { calendar: Calendar }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const preview = useQuery({
    queryKey: ['/api/calendars', 'preview', calendar],
    queryFn: ({ signal }) => api.get<Preview>(`/api/calendars/${calendar.id}/preview`, { days: 28 }, signal),
  })
  if (preview.error) return <ErrorNote {...say(preview.error)} onRetry={() => void preview.refetch()} />
  if (!preview.data) return <Skeleton rows={4} />
  const name = new Intl.DateTimeFormat(locale(language), { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  const spans = (day: Day) => day.open.map((span) => `${clock(span.start, language, day.tz)}–${end(span.end, day)}`)
  // Midnight at the end of a day is 24:00 of it, not 00:00.
  const end = (at: string, day: Day) => (clock(at, 'it', day.tz) === '00:00' ? '24:00' : clock(at, language, day.tz))
  return (
    <ol className="tabular mt-2 grid grid-cols-7 gap-1 max-[719px]:grid-cols-2">
      {preview.data.days.map((day) => (
        <li key={day.date} className={`rounded-control border border-line px-2 py-1.5 text-[12px] ${day.open.length === 0 ? 'bg-panel text-ink-3' : ''}`}>
          <span className="block font-medium text-ink-2">{name.format(new Date(`${day.date}T12:00Z`))}</span>
          {day.open.length === 0 ? t('hours.closed') : spans(day).map((span) => <span key={span} className="block whitespace-nowrap">{span}</span>)}
          {day.holiday !== null && <span className="block truncate text-ink-3" title={day.holiday}>{day.holiday}</span>}
        </li>
      ))}
    </ol>
  )
}
