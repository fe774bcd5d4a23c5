import { useLanguage, useT } from '../../app/i18n'

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

/** Mails per hour of the week, Monday 0:00 first: the darker, the more. */
export function WeekGrid({ hours }: { hours: readonly number[] }) {
  const t = useT()
  const language = useLanguage()
  const most = Math.max(...hours, 0.001)
  const format = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const long = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day))) // a Monday
  return (
    <div role="img" aria-label={t('mailbox.weekLabel')} className="grid grid-cols-[auto_repeat(24,minmax(0,1fr))] gap-[2px] text-[11px] leading-none text-ink-3 max-[719px]:gap-px">
      {days.flatMap((date, day) => [
        <span key={`d${day}`} className="flex items-center pr-1.5">
          {format.format(date)}
        </span>,
        ...HOURS.map((hour) => {
          const mails = hours[day * 24 + hour] ?? 0
          return (
            <span key={`${day}-${hour}`} title={t('mailbox.weekHour', { day: long.format(date), hour: `${hour}:00`, mails: count.format(mails) })} className="h-4 rounded-[2px] bg-pressed">
              <span className="block size-full rounded-[2px] bg-accent" style={{ opacity: mails > 0 ? 0.15 + 0.85 * Math.sqrt(mails / most) : 0 }} />
            </span>
          )
        }),
      ])}
      <span />
      {HOURS.map((hour) => (
        <span key={hour} className="w-0 pt-0.5 whitespace-nowrap tabular-nums">
          {hour % 6 === 0 ? hour : ''}
        </span>
      ))}
    </div>
  )
}
