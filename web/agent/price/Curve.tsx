import { locale } from '../../shared/time'
import type { ChurnView } from '../api/types'
import { useLanguage, useT } from '../app/i18n'

const WIDTH = 640
const HEIGHT = 240
const LEFT = 44
const BOTTOM = 28
const RIGHT = 96
const TOP = 10
const MOST = 5

/** The own curve with its band, the default dashed beside it, and what was seen as dots sized by how many customers they are. */
export function Curve({ fit, mailHours }: { fit: NonNullable<ChurnView['fit']>; mailHours: number }) {
  const t = useT()
  const language = useLanguage()
  const points = fit.band.filter((point) => point.u <= MOST)
  const top = Math.min(1, Math.max(0.2, ...points.map((point) => Math.max(point.high, point.default))) * 1.1)
  const x = (u: number) => LEFT + (u / MOST) * (WIDTH - LEFT - RIGHT)
  const y = (p: number) => TOP + (1 - p / top) * (HEIGHT - TOP - BOTTOM)
  const line = (value: (point: (typeof points)[number]) => number) => points.map((point, index) => `${index ? 'L' : 'M'}${x(point.u)},${y(value(point))}`).join('')
  const band = `${line((point) => point.high)}${points.toReversed().map((point) => `L${x(point.u)},${y(point.low)}`).join('')}Z`
  const last = points.at(-1)!
  const percent = (share: number) => new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(share)
  const hours = (u: number) => t('churn.hours', { n: new Intl.NumberFormat(locale(language), { maximumFractionDigits: 0 }).format(u * mailHours) })
  const biggest = Math.max(...fit.seen.map((seen) => seen.customers), 1)
  // The two names must not stand on each other.
  const apart = Math.abs(y(last.p) - y(last.default)) < 14 ? (last.p > last.default ? 7 : -7) : 0
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('churn.picture')} className="mt-4 w-full max-w-[720px] text-[11px]">
      {[0, top / 2, top].map((share) => (
        <g key={share}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(share)} y2={y(share)} stroke="var(--line)" />
          <text x={LEFT - 6} y={y(share) + 4} textAnchor="end" fill="var(--ink-3)">
            {percent(share)}
          </text>
        </g>
      ))}
      {[1, 2, 3, 4, 5].map((u) => (
        <text key={u} x={x(u)} y={HEIGHT - 8} textAnchor="middle" fill="var(--ink-3)">
          {hours(u)}
        </text>
      ))}
      <path d={band} fill="var(--accent)" opacity="0.14" />
      <path d={line((point) => point.default)} fill="none" stroke="var(--ink-3)" strokeWidth="1.5" strokeDasharray="5 4" />
      <path d={line((point) => point.p)} fill="none" stroke="var(--accent)" strokeWidth="2" />
      {fit.seen
        .filter((seen) => seen.u <= MOST && seen.left / seen.customers <= top)
        .map((seen) => (
          <circle key={seen.u} cx={x(seen.u)} cy={y(seen.left / seen.customers)} r={2 + 4 * Math.sqrt(seen.customers / biggest)} fill="none" stroke="var(--accent)">
            <title>{t('churn.seen', { n: seen.customers, left: seen.left })}</title>
          </circle>
        ))}
      <text x={WIDTH - RIGHT + 6} y={y(last.p) + 4 - apart} fill="var(--accent-ink)">
        {t('churn.own')}
      </text>
      <text x={WIDTH - RIGHT + 6} y={y(last.default) + 4 + apart} fill="var(--ink-3)">
        {t('churn.default')}
      </text>
    </svg>
  )
}
