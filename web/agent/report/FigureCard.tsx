import { ArrowDownRight, ArrowUpRight } from 'lucide-react'
import { useLanguage, useT } from '../app/i18n'
import { change, figureName, headline, sayChange, sayValue } from './figures'
import type { Figure } from './types'

type Props = { figure: Figure; other: Figure | null; currency: string; chosen: boolean; onChoose: () => void; onCases: (waiting: boolean | null) => void }

/** The number first, its change, then what keeps it honest: the other clock, count, p90 and who still waits. */
export function FigureCard({ figure, other, currency, chosen, onChoose, onCases }: Props) {
  const t = useT()
  const language = useLanguage()
  const say = (value: number | null) => sayValue(value, figure.unit, currency, language)
  const { now } = figure
  const name = figureName(t, figure)
  const number = say(headline(now, figure.unit))
  return (
    <div data-chosen={chosen || undefined} className="flex min-h-40 flex-col rounded-card border border-line bg-paper p-4 transition-colors data-chosen:border-accent data-chosen:bg-panel">
      <button type="button" aria-pressed={chosen} onClick={onChoose} className="-m-1 rounded-control p-1 text-left hover:bg-hover">
        <span className="block text-secondary font-medium text-ink-2">{name}</span>
        <span className="block text-[12px] text-ink-3">
          {figure.unit === 'seconds' ? t('report.median') : ' '}
          {figure.clock ? ` · ${t(`clock.${figure.clock}`)}` : ''}
        </span>
      </button>
      <button
        type="button"
        onClick={() => onCases(null)}
        aria-label={t('reports.casesOf', { figure: name, value: number })}
        className="tabular -mx-1 mt-1 self-start rounded-control px-1 text-left text-figure leading-9 font-strong tracking-tight decoration-2 underline-offset-4 hover:underline max-[719px]:text-[22px] max-[719px]:leading-7"
      >
        {number}
      </button>
      <Change figure={figure} />
      <span className="grow" />
      <div className="tabular mt-2 text-[12px] leading-5 text-ink-3">
        {other && (
          <p>
            {t(`clock.${other.clock!}`)} {say(headline(other.now, other.unit))}
          </p>
        )}
        {figure.unit === 'seconds' && (
          <p>
            {t('report.mean')} {say(now.mean)} · p90 {say(now.p90)}
          </p>
        )}
        {figure.unit === 'share' && now.of ? <p>{t('report.of', { n: now.count, of: now.of })}</p> : null}
        {figure.unit === 'seconds' && <p>{t('report.count', { n: now.count })}</p>}
        {now.waiting ? <Waiting waiting={now.waiting} ended={now.count} onOpen={() => onCases(true)} /> : null}
      </div>
    </div>
  )
}

/** Still waiting, hatched against what ended: leaving them out would flatter. */
function Waiting({ waiting, ended, onOpen }: { waiting: number; ended: number; onOpen: () => void }) {
  const t = useT()
  const share = Math.max(4, (100 * waiting) / (waiting + ended))
  return (
    <button type="button" onClick={onOpen} className="-mx-1 mt-1 block w-full min-h-6 rounded-control px-1 text-left hover:bg-hover hover:text-ink">
      <span className="flex h-1.5 overflow-hidden rounded-[2px]" aria-hidden>
        <span className="grow bg-line" />
        <span className="hatched" style={{ width: `${share}%` }} />
      </span>
      {t('report.waiting', { n: waiting })}
    </button>
  )
}

export function Change({ figure }: { figure: Pick<Figure, 'unit' | 'now' | 'before' | 'better'> }) {
  const t = useT()
  const language = useLanguage()
  const difference = change(figure.better ?? null, figure.unit, headline(figure.now, figure.unit), headline(figure.before, figure.unit))
  if (!difference) return <span className="text-secondary text-ink-3">{t('report.noComparison')}</span>
  const { ratio, isBetter } = difference
  const Arrow = ratio < 0 ? ArrowDownRight : ArrowUpRight
  const word = isBetter === null ? '' : isBetter ? t('report.better') : t('report.worse')
  return (
    <span className={`tabular inline-flex items-center gap-1 text-secondary ${isBetter === true ? 'text-done' : isBetter === false ? 'text-wrong' : 'text-ink-3'}`}>
      {ratio !== 0 && <Arrow size={14} aria-hidden />}
      {sayChange(ratio, figure.unit, language)} {word}
    </span>
  )
}
