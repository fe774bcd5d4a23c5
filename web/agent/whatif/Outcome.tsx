import { locale } from '../../shared/time'
import type { Comparison, SimulatedFigure } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { sayValue } from '../report/figures'
import { verdict } from './scenario'

type Band = SimulatedFigure['base']

/** What a simulation found: the price first, then every figure beside the real one, then what had to be assumed. */
export function Outcome({ found }: { found: Comparison }) {
  const t = useT()
  const language = useLanguage()
  const say = (value: number | null | undefined, unit: SimulatedFigure['unit']) => sayValue(value ?? null, unit, found.currency, language)
  const percent = (share: number) => new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(share)
  const cost = found.rows.find((row) => row.key === 'cost')
  return (
    <div className="px-5 pb-5">
      {cost && <Price cost={cost} say={say} />}
      <Days found={found} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-5 overflow-x-auto" tabIndex={0} role="region" aria-label={t('whatif.table')}>
        <table className="w-full min-w-[680px] text-left tabular-nums">
          <thead>
            <tr className="text-secondary text-ink-3">
              <th className="py-1.5 font-medium">{t('whatif.figure')}</th>
              {(['real', 'base', 'changed', 'difference'] as const).map((column) => (
                <th key={column} className="py-1.5 text-right font-medium">
                  {t(`whatif.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-y border-line">
            {found.rows.map((row) => (
              <Line key={row.key} row={row} say={say} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-2 text-secondary text-ink-3">{t('whatif.bands', { n: found.seeds })}</p>
      <h3 className="mt-5 font-strong">{t('whatif.trust')}</h3>
      <p className="mt-1 max-w-[80ch] text-ink-2">
        {t('whatif.calibrated', { rule: t(`whatif.rule.${found.rule}` as Key), share: percent(found.availability), gap: percent(found.gap ?? 0) })}{' '}
        {(found.gap ?? 1) > 0.5 && <strong className="font-strong">{t('whatif.farOff')}</strong>}
      </p>
      <ul className="mt-2 max-w-[80ch] list-disc pl-5 text-ink-2">
        {found.assumptions.map((one) => (
          <li key={one.key}>{t(`whatif.assume.${one.key}` as Key, { share: percent(one.value ?? 0), minutes: Math.round((one.value ?? 0) / 60) })}</li>
        ))}
      </ul>
    </div>
  )
}

function Price({ cost, say }: { cost: SimulatedFigure; say: (value: number | null | undefined, unit: 'minor') => string }) {
  const t = useT()
  const result = verdict(cost)
  const by = say(Math.abs(cost.difference.mean ?? 0), 'minor')
  const words = result === 'better' ? t('whatif.saves', { amount: by }) : result === 'worse' ? t('whatif.costs', { amount: by }) : t('whatif.noDifference')
  return (
    <div className="pt-4">
      <p className="text-figure font-strong tabular-nums">{words}</p>
      {result !== 'same' && <p className="text-secondary text-ink-3">{t('whatif.between', { low: say(cost.difference.low, 'minor'), high: say(cost.difference.high, 'minor') })}</p>}
    </div>
  )
}

function Line({ row, say }: { row: SimulatedFigure; say: (value: number | null | undefined, unit: SimulatedFigure['unit']) => string }) {
  const t = useT()
  const result = verdict(row)
  const cell = (band: Band) => (
    <td className="py-1.5 text-right" title={band.mean == null ? undefined : `${say(band.low, row.unit)} – ${say(band.high, row.unit)}`}>
      {say(band.mean, row.unit)}
    </td>
  )
  const { mean = null } = row.difference
  const sign = mean === null || mean === 0 ? '' : mean > 0 ? '+' : '−'
  return (
    <tr>
      <th scope="row" className="py-1.5 pr-4 font-regular">
        {t(`whatif.row.${row.key}` as Key)}
      </th>
      <td className="py-1.5 text-right text-ink-2">{say(row.real, row.unit)}</td>
      {cell(row.base)}
      {cell(row.changed)}
      <td className={`py-1.5 text-right ${result === 'better' ? 'text-done' : result === 'worse' ? 'text-wrong' : 'text-ink-2'}`} title={t(`whatif.verdict.${result}`)}>
        {mean === null ? '–' : `${sign}${say(Math.abs(mean), row.unit)}`}
        {(result === 'better' || result === 'worse') && <span className="ml-2 text-secondary">{t(`whatif.verdict.${result}`)}</span>}
      </td>
    </tr>
  )
}

const WIDTH = 720
const HEIGHT = 120

/** What each day's waits cost: real as bars, reproduced dashed, changed as a line. */
function Days({ found }: { found: Comparison }) {
  const t = useT()
  const language = useLanguage()
  const { days } = found
  if (days.length < 2) return null
  const most = Math.max(1, ...days.map((day) => Math.max(day.real, day.base, day.changed)))
  const step = WIDTH / days.length
  const y = (value: number) => HEIGHT - (value / most) * (HEIGHT - 8)
  const line = (pick: (day: (typeof days)[number]) => number) => days.map((day, n) => `${n ? 'L' : 'M'}${((n + 0.5) * step).toFixed(1)} ${y(pick(day)).toFixed(1)}`).join('')
  const name = (day: string) => new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
  return (
    <figure className="mt-4">
      <figcaption className="mb-1 flex flex-wrap gap-x-4 text-secondary text-ink-3">
        <span className="font-medium text-ink-2">{t('whatif.perDay', { most: sayValue(most, 'minor', found.currency, language) })}</span>
        <Mark label={t('whatif.real')} kind="bar" />
        <Mark label={t('whatif.base')} kind="dashed" />
        <Mark label={t('whatif.changed')} kind="line" />
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`} role="img" aria-label={t('whatif.chart')} className="w-full max-w-[960px] text-[11px]">
        {days.map((day, n) => (
          <rect key={day.date} x={n * step + step * 0.15} width={step * 0.7} y={y(day.real)} height={HEIGHT - y(day.real)} className="fill-line-strong" />
        ))}
        <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className="stroke-line" />
        <path d={line((day) => day.base)} fill="none" strokeDasharray="4 3" strokeWidth={1.5} className="stroke-ink-3" />
        <path d={line((day) => day.changed)} fill="none" strokeWidth={2} className="stroke-accent" />
        <text x={0} y={HEIGHT + 14} className="fill-ink-3">{name(days[0]!.date)}</text>
        <text x={WIDTH} y={HEIGHT + 14} textAnchor="end" className="fill-ink-3">{name(days[days.length - 1]!.date)}</text>
      </svg>
    </figure>
  )
}

function Mark({ label, kind }: { label: string; kind: 'bar' | 'dashed' | 'line' }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width={18} height={8} aria-hidden>
        {kind === 'bar' && <rect width={18} height={8} className="fill-line-strong" />}
        {kind !== 'bar' && <line x1={0} x2={18} y1={4} y2={4} strokeWidth={2} strokeDasharray={kind === 'dashed' ? '4 3' : undefined} className={kind === 'line' ? 'stroke-accent' : 'stroke-ink-3'} />}
      </svg>
      {label}
    </span>
  )
}
