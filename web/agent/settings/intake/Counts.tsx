import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Overview } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { ONE_PANE, useMedia } from '../../app/useMedia'
import { Button } from '../../ui/Button'
import { type Bar, barsByAccount, barsByFate, fateTone } from './fates'
import type { LedgerFilter } from './filter'

export const HOURS = [24, 168] as const

type Props = {
  overview: Overview
  hours: number
  onHours: (hours: number) => void
  filter: LedgerFilter
  onFilter: (next: Partial<LedgerFilter>) => void
}

/** How much came in and where it ended: a bar per fate and per mailbox. Each filters the list, and the other one. */
export function Counts({ overview, hours, onHours, filter, onFilter }: Props) {
  const t = useT()
  const language = useLanguage()
  const { counts, sources } = overview
  const name = (id: number) => sources.find((one) => one.account_id === id)?.name ?? t('ledger.disconnected')
  const isPhone = useMedia(ONE_PANE)
  const [unfolded, setUnfolded] = useState(false)
  const total = counts.reduce((sum, count) => sum + count.items, 0)
  return (
    <section aria-label={t('ledger.counts')} className="@container mb-4 rounded-card border border-line px-4 pt-3 pb-4">
      <header className="mb-2 flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="tabular text-figure leading-9 font-strong">{new Intl.NumberFormat(language).format(total)}</h2>
        <p className="grow text-ink-2">{t(hours === 24 ? 'ledger.cameToday' : 'ledger.cameWeek')}</p>
        <div role="group" aria-label={t('ledger.period')} className="flex rounded-control border border-line-strong p-0.5">
          {HOURS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={hours === one}
              onClick={() => onHours(one)}
              className="tabular min-h-7 rounded-[4px] px-2.5 text-secondary font-medium text-ink-2 hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink pointer-coarse:min-h-11"
            >
              {t(one === 24 ? 'ledger.hours24' : 'ledger.days7')}
            </button>
          ))}
        </div>
      </header>
      {isPhone && total > 0 && (
        <Button variant="plain" className="-ml-3" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          <ChevronRight size={14} className={unfolded ? 'rotate-90' : ''} aria-hidden />
          {t('ledger.byFate')}
        </Button>
      )}
      {total > 0 && (unfolded || !isPhone) && (
        <div className="grid gap-x-8 gap-y-4 @min-[820px]:grid-cols-[2fr_1fr]">
          <Bars title={t('ledger.byFate')} columns>
            {barsByFate(counts, filter.account).map((bar) => (
              <BarLine
                key={bar.key}
                bar={bar}
                label={t(`fate.${bar.key}`)}
                wrong={fateTone(bar.key) === 'wrong'}
                pressed={filter.fate === bar.key}
                onPress={() => onFilter({ fate: filter.fate === bar.key ? '' : bar.key })}
              />
            ))}
          </Bars>
          <Bars title={t('ledger.byMailbox')}>
            {barsByAccount(counts, filter.fate).map((bar) => (
              <BarLine
                key={bar.key}
                bar={bar}
                label={name(bar.key)}
                pressed={filter.account === bar.key}
                onPress={() => onFilter({ account: filter.account === bar.key ? null : bar.key })}
              />
            ))}
          </Bars>
        </div>
      )}
    </section>
  )
}

function Bars({ title, columns, children }: { title: string; columns?: boolean; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-secondary text-ink-3">{title}</h3>
      <ul aria-label={title} className={`-mx-2 ${columns ? 'gap-6 @min-[480px]:columns-2' : ''}`}>
        {children}
      </ul>
    </div>
  )
}

type LineProps = { bar: Bar<unknown>; label: string; wrong?: boolean; pressed: boolean; onPress: () => void }

function BarLine({ bar, label, wrong, pressed, onPress }: LineProps) {
  const language = useLanguage()
  return (
    <li className="break-inside-avoid px-2">
      <button
        type="button"
        aria-pressed={pressed}
        onClick={onPress}
        className="-mx-2 grid min-h-7 w-[calc(100%+16px)] grid-cols-[minmax(0,7.5rem)_minmax(3rem,1fr)_auto] items-center gap-3 rounded-control px-2 text-left text-secondary hover:bg-hover aria-pressed:bg-accent-soft pointer-coarse:min-h-11"
      >
        <span className={`truncate ${pressed ? 'font-medium' : ''}`} title={label}>
          {label}
        </span>
        <span className="h-2.5 min-w-0">
          <span className={`block h-full min-w-0.5 rounded-[3px] ${wrong ? 'bg-wrong' : 'bg-accent'}`} style={{ width: `${bar.share * 100}%` }} />
        </span>
        <span className="tabular min-w-8 text-right text-ink-2">{new Intl.NumberFormat(language).format(bar.items)}</span>
      </button>
    </li>
  )
}
