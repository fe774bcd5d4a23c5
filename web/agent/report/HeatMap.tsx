import { Fragment } from 'react'
import { locale, shortDuration } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { headline, sayValue } from './figures'
import { hourName, weekdayName } from './members'
import type { BreakdownData } from './types'

const DAYS = [0, 1, 2, 3, 4, 5, 6]
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

/**
 * Weekday by hour as a table: a square per hour of the week. Waiting and its price are heat, everything else the accent;
 * the number stands in the square too, so that colour is never alone.
 */
export function HeatMap({ data, onOpen }: { data: BreakdownData; onOpen: (key: string, waiting: boolean | null) => void }) {
  const t = useT()
  const language = useLanguage()
  const byKey = new Map(data.rows.map((row) => [row.key, row.now]))
  const highest = Math.max(...data.rows.map((row) => headline(row.now, data.unit) ?? 0), 1e-9)
  const isHeat = data.unit === 'seconds' || data.unit === 'minor'
  const short = (value: number) =>
    data.unit === 'seconds'
      ? shortDuration(value, language)
      : data.unit === 'share'
        ? `${Math.round(value * 100)}`
        : new Intl.NumberFormat(locale(language), { notation: 'compact', maximumFractionDigits: 1 }).format(data.unit === 'minor' ? value / 100 : value)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="overflow-x-auto pb-2" tabIndex={0} role="group" aria-label={t('reports.by.heat')}>
      <table className="tabular border-separate border-spacing-[2px] text-[11px]">
        <thead>
          <tr>
            <td aria-hidden />
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className="w-10 text-center font-regular text-ink-3">
                {hour % 3 === 0 ? hourName(hour).slice(0, 2) : <span className="sr-only">{hourName(hour)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((weekday) => (
            <tr key={weekday}>
              <th scope="row" className="pr-2 text-left text-secondary font-regular whitespace-nowrap text-ink-3">
                {weekdayName(weekday, language, 'short')}
              </th>
              {HOURS.map((hour) => {
                const key = `${weekday}.${hour}`
                const now = byKey.get(key)
                const value = headline(now ?? null, data.unit)
                const full = `${weekdayName(weekday, language)} ${hourName(hour)}: ${sayValue(value, data.unit, data.currency, language)}`
                if (value === null || (!now?.count && !now?.waiting)) {
                  return (
                    <Fragment key={hour}>
                      <td className="h-8 w-10 rounded-[4px] bg-panel p-0">
                        {now?.waiting ? <button type="button" title={full} aria-label={`${full}, ${t('report.waiting', { n: now.waiting })}`} onClick={() => onOpen(key, true)} className="hatched block h-8 w-10 rounded-[4px]" /> : null}
                      </td>
                    </Fragment>
                  )
                }
                const part = Math.sqrt(Math.max(0, value) / highest)
                const tint = `color-mix(in oklab, var(${isHeat ? '--heat-4' : '--accent'}) ${Math.round(8 + part * 47)}%, var(--paper))`
                return (
                  <td key={hour} className="p-0">
                    <button type="button" title={full} aria-label={full} onClick={() => onOpen(key, null)} style={{ backgroundColor: tint }} className="block h-8 w-10 rounded-[4px] text-[10px] tracking-tight whitespace-nowrap text-ink hover:outline-2 hover:outline-accent">
                      {short(value)}
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-secondary text-ink-3">{t('reports.heatText')}</p>
    </div>
  )
}
