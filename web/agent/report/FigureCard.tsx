import { ArrowDownRight, ArrowUpRight } from 'lucide-react'
import { useLanguage, useT } from '../app/i18n'
import { change, headline, sayChange, sayValue } from './figures'
import type { Figure } from '../api/types'

/** The number first, its change, then what keeps it honest: count, mean, p90 and who still waits. */
export function FigureCard({ figure, currency, chosen, onChoose }: { figure: Figure; currency: string; chosen: boolean; onChoose: () => void }) {
  const t = useT()
  const language = useLanguage()
  const say = (value: number | null) => sayValue(value, figure.unit, currency, language)
  const { now } = figure
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className="flex min-h-36 flex-col rounded-card border border-line bg-paper p-4 text-left transition-colors hover:bg-panel aria-pressed:border-accent aria-pressed:bg-panel"
    >
      <span className="text-secondary font-medium text-ink-2">{t(`figure.${figure.key}` as 'figure.received')}</span>
      <span className="text-[12px] text-ink-3">
        {figure.unit === 'seconds' ? t('report.median') : ' '}
        {figure.clock ? ` · ${t(`clock.${figure.clock}`)}` : ''}
      </span>
      <span className="tabular mt-1 text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px] max-[719px]:leading-7">{say(headline(now, figure.unit))}</span>
      <Change figure={figure} />
      <span className="grow" />
      <span className="tabular mt-2 text-[12px] leading-5 text-ink-3">
        {figure.unit === 'seconds' && (
          <>
            {t('report.mean')} {say(now.mean)} · p90 {say(now.p90)}
            <br />
          </>
        )}
        <span className="inline-flex flex-wrap items-center gap-x-2">
          {figure.unit === 'share' && <span>{t('report.of', { n: now.count, of: now.of ?? 0 })}</span>}
          {figure.unit === 'seconds' && <span>{t('report.count', { n: now.count })}</span>}
          {now.waiting ? (
            <span className="inline-flex items-center gap-1">
              <span className="hatched size-2.5 rounded-[2px]" aria-hidden />
              {t('report.waiting', { n: now.waiting })}
            </span>
          ) : null}
        </span>
      </span>
    </button>
  )
}

function Change({ figure }: { figure: Figure }) {
  const t = useT()
  const language = useLanguage()
  const difference = change(figure.key, figure.unit, headline(figure.now, figure.unit), headline(figure.before, figure.unit))
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
