import { useMemo, useState } from 'react'
import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { hourName } from '../report/members'
import { Select } from '../ui/Field'
import { byDay } from './hours'
import type { Staffing } from './queries'

const WIDTH = 960
const HEIGHT = 180
const LEFT = 32
const BOTTOM = 22

/** What one channel expects on one day, half hour by half hour: the mean as a line, the 80 % range behind it. */
export function Expected({ plan }: { plan: Staffing }) {
  const t = useT()
  const language = useLanguage()
  const [channel, setChannel] = useState(plan.channels[0]?.channel ?? 'email')
  const days = useMemo(() => byDay(plan.slots, plan.time_zone, channel), [plan, channel])
  const [date, setDate] = useState<string | null>(null)
  const day = days.find((one) => one.date === date) ?? days.find((one) => one.total > 0) ?? days[0]
  if (!day) return null
  const dayName = new Intl.DateTimeFormat(locale(language), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const number = new Intl.NumberFormat(locale(language), { maximumFractionDigits: 1 })
  const most = Math.max(1, ...days.flatMap((one) => one.points.map((point) => point.high)))
  const x = (n: number) => LEFT + ((WIDTH - LEFT - 8) * n) / (day.points.length - 1)
  const y = (value: number) => 8 + (HEIGHT - 8 - BOTTOM) * (1 - value / most)
  const line = (pick: 'mean' | 'low' | 'high') => day.points.map((point, n) => `${x(n).toFixed(1)},${y(point[pick]).toFixed(1)}`)
  const total = t('staffing.dayTotal', { day: dayName.format(new Date(`${day.date}T12:00Z`)), n: number.format(day.total) })
  return (
    <section aria-label={t('staffing.arrivals')} className="mt-6 rounded-card border border-line p-5 max-[719px]:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="grow text-thread font-strong">{t('staffing.arrivals')}</h2>
        {plan.channels.length > 1 && (
          <Select aria-label={t('staffing.channel')} value={channel} onChange={(event) => setChannel(event.target.value as typeof channel)} className="w-auto!">
            {plan.channels.map((one) => (
              <option key={one.channel} value={one.channel}>
                {t(`staffing.channel.${one.channel}`)}
              </option>
            ))}
          </Select>
        )}
        <Select aria-label={t('staffing.day')} value={day.date} onChange={(event) => setDate(event.target.value)} className="w-auto!">
          {days.map((one) => (
            <option key={one.date} value={one.date}>
              {dayName.format(new Date(`${one.date}T12:00Z`))}
            </option>
          ))}
        </Select>
      </div>
      <p className="mt-1 text-secondary text-ink-3">{t('staffing.arrivalsText')}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-3 overflow-x-auto" tabIndex={0} role="group" aria-label={total}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={total} className="tabular block w-full min-w-[560px] text-[12px]">
          {[0, most / 2, most].map((value) => (
            <g key={value}>
              <line x1={LEFT} x2={WIDTH - 8} y1={y(value)} y2={y(value)} stroke="var(--line)" />
              <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" fill="var(--ink-3)">
                {number.format(value)}
              </text>
            </g>
          ))}
          <polygon points={[...line('high'), ...line('low').toReversed()].join(' ')} fill="var(--accent)" opacity={0.14} />
          <polyline points={line('mean').join(' ')} fill="none" stroke="var(--accent)" strokeWidth={2} strokeLinejoin="round" />
          {day.points.map((point, n) => (point.hour % 3 === 0 && point.isHour ? (
            <text key={n} x={x(n)} y={HEIGHT - 6} textAnchor="middle" fill="var(--ink-3)">
              {hourName(point.hour).slice(0, 2)}
            </text>
          ) : null))}
        </svg>
      </div>
      <p className="text-secondary text-ink-2">{total}</p>
    </section>
  )
}
