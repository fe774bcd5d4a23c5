import { useMemo } from 'react'
import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { hourName } from '../report/members'
import { byHour, range } from './hours'
import type { Staffing } from './queries'

/** Days by hours: people planned less people needed, the worst half hour of each. Short is heat, with its number. */
export function Gaps({ plan }: { plan: Staffing }) {
  const t = useT()
  const language = useLanguage()
  const days = useMemo(() => byHour(plan.slots, plan.time_zone), [plan])
  const hours = useMemo(() => range(days), [days])
  const dayName = new Intl.DateTimeFormat(locale(language), { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  return (
    <section aria-label={t('staffing.gaps')} className="mt-6 rounded-card border border-line p-5 max-[719px]:p-4">
      <h2 className="text-thread font-strong">{t('staffing.gaps')}</h2>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('staffing.gapsText', { zone: plan.time_zone })}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-3 overflow-x-auto pb-2" tabIndex={0} role="group" aria-label={t('staffing.gaps')}>
        <table className="tabular w-full border-separate border-spacing-[2px] text-[12px]">
          <thead>
            <tr>
              <td aria-hidden />
              {hours.map((hour) => (
                <th key={hour} scope="col" className="min-w-10 text-center font-regular text-ink-3">
                  {hourName(hour).slice(0, 2)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ date, hours: cells }) => {
              const byHourOf = new Map(cells.map((cell) => [cell.hour, cell]))
              return (
                <tr key={date}>
                  <th scope="row" className="w-28 pr-3 text-left text-secondary font-regular whitespace-nowrap text-ink-2">
                    {dayName.format(new Date(`${date}T12:00Z`))}
                  </th>
                  {hours.map((hour) => {
                    const cell = byHourOf.get(hour)
                    if (!cell || (!cell.open && cell.needed === 0)) return <td key={hour} className="h-8 min-w-10 rounded-[4px] bg-panel"><span className="sr-only">{t('hours.closed')}</span></td>
                    const gap = cell.planned - cell.needed
                    const full = t('staffing.cell', { needed: cell.needed, planned: cell.planned })
                    return (
                      <td
                        key={hour}
                        title={full}
                        className={`h-8 min-w-10 rounded-[4px] text-center ${gap < 0 ? 'font-strong text-ink' : 'text-ink-2'}`}
                        style={{ backgroundColor: gap < 0 ? `color-mix(in oklab, var(--heat-4) ${Math.min(55, 12 + 12 * -gap)}%, var(--paper))` : 'var(--panel)' }}
                      >
                        <span aria-hidden>{gap > 0 ? `+${gap}` : gap < 0 ? `−${-gap}` : '0'}</span>
                        <span className="sr-only">{full}</span>
                      </td>
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
