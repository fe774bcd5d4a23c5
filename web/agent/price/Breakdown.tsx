import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { money } from '../../shared/money'
import { duration, locale } from '../../shared/time'
import type { CostPart, SlownessAnswer } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { IconButton } from '../ui/Button'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { costCasesQuery, type SlownessBody } from './queries'

const BY = ['stage', 'topic', 'team', 'channel', 'account', 'hour', 'severity', 'customer', 'day'] as const
type By = (typeof BY)[number]

/** Where the cost came from: one way to cut it at a time, every row a way to its conversations. */
export function Breakdown({ answer, body }: { answer: SlownessAnswer; body: SlownessBody }) {
  const t = useT()
  const [by, setBy] = useState<By>('stage')
  const [chosen, setChosen] = useState<string | null>(null)
  const parts = answer.now.parts[by] ?? []
  const before = new Map((answer.before?.parts[by] ?? []).map((part) => [part.key, part.minor]))
  const most = Math.max(1, ...parts.map((part) => Math.max(part.minor, answer.tried ? part.tried_minor : 0)))
  const nameOf = useNames(by)
  return (
    <section aria-label={t('slowness.causes')} className="mt-6 rounded-card border border-line">
      <div role="group" aria-label={t('slowness.causes')} className="flex gap-1 overflow-x-auto border-b border-line px-3 py-2">
        {BY.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={by === one}
            onClick={() => {
              setBy(one)
              setChosen(null)
            }}
            className="target shrink-0 rounded-control px-2.5 text-secondary font-medium whitespace-nowrap text-ink-3 hover:bg-hover hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink"
          >
            {t(`slowness.by.${one}`)}
          </button>
        ))}
      </div>
      <ul className="py-1">
        {parts.map((part) => (
          <PartRow
            key={part.key}
            part={part}
            name={nameOf(part)}
            total={answer.now.minor}
            most={most}
            before={answer.before && by !== 'day' ? (before.get(part.key) ?? 0) : null}
            answer={answer}
            isOpen={chosen === part.key}
            onOpen={() => setChosen(chosen === part.key ? null : part.key)}
          />
        ))}
      </ul>
      {chosen !== null && <Cases body={body} by={by} part={chosen} name={nameOf(parts.find((part) => part.key === chosen))} currency={answer.currency} onClose={() => setChosen(null)} />}
    </section>
  )
}

type RowProps = { part: CostPart; name: string; total: number; most: number; before: number | null; answer: SlownessAnswer; isOpen: boolean; onOpen: () => void }

function PartRow({ part, name, total, most, before, answer, isOpen, onOpen }: RowProps) {
  const t = useT()
  const language = useLanguage()
  const amount = (minor: number) => money(minor, answer.currency, language)
  const share = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(total > 0 ? part.minor / total : 0)
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onOpen}
        className="grid min-h-9 w-full grid-cols-[11rem_minmax(0,1fr)_7rem_3.5rem_8rem] items-center gap-x-3 px-4 text-left hover:bg-hover aria-expanded:bg-pressed max-[899px]:grid-cols-[minmax(0,1fr)_6.5rem_3rem]"
      >
        <span className="min-w-0 truncate">{name}</span>
        <span className="relative h-3 max-[899px]:hidden" aria-hidden>
          <span className="absolute inset-y-0 left-0 rounded-r-[3px] bg-heat-3" style={{ width: `${(part.minor / most) * 100}%` }} />
          {answer.tried && <span className="absolute -inset-y-0.5 w-0.5 bg-accent" style={{ left: `${(part.tried_minor / most) * 100}%` }} />}
        </span>
        <span className="tabular text-right">{amount(part.minor)}</span>
        <span className="tabular text-right text-secondary text-ink-3">{share}</span>
        <span className="tabular text-right text-secondary text-ink-3 max-[899px]:hidden">
          {answer.tried ? <span className="text-accent-ink">{t('slowness.would', { amount: amount(part.tried_minor) })}</span> : before !== null ? t('slowness.was', { amount: amount(before) }) : ''}
        </span>
      </button>
    </li>
  )
}

function useNames(by: By): (part: CostPart | undefined) => string {
  const t = useT()
  const language = useLanguage()
  return (part) => {
    if (!part) return ''
    if (by === 'stage') return t(`slowness.stage.${part.key}` as Key)
    if (by === 'channel') return t(`slowness.channel.${part.key}` as Key)
    if (by === 'severity') return t(`severity.${part.key}` as Key)
    if (by === 'hour') return new Intl.DateTimeFormat(locale(language), { hour: 'numeric', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 1, Number(part.key)))
    if (by === 'day') return new Intl.DateTimeFormat(locale(language), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${part.key}T00:00Z`))
    return part.label || t(by === 'customer' ? 'contact.unknown' : 'slowness.none')
  }
}

function Cases({ body, by, part, name, currency, onClose }: { body: SlownessBody; by: By; part: string; name: string; currency: string; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const cases = useQuery(costCasesQuery(body, by, part))
  return (
    <div className="border-t border-line px-4 py-3">
      <header className="flex items-center gap-2">
        <h2 className="grow font-strong">{t('slowness.cases', { name })}</h2>
        <IconButton label={t('action.close')} onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      {cases.error && <ErrorNote {...say(cases.error)} />}
      {cases.isPending && <Skeleton rows={3} />}
      <ul className="max-h-96 overflow-y-auto">
        {(cases.data ?? []).map((one) => (
          <li key={one.id}>
            <a
              href={href({ page: 'inbox', conversation: one.id })}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                navigate({ page: 'inbox', conversation: one.id })
              }}
              className="-mx-2 grid min-h-9 grid-cols-[4rem_minmax(0,1fr)_7rem_6rem] items-center gap-x-3 rounded-control px-2 text-ink no-underline hover:bg-hover max-[719px]:grid-cols-[minmax(0,1fr)_6rem]"
            >
              <span className="tabular text-ink-3 max-[719px]:hidden">#{one.number}</span>
              <span className="truncate">{one.subject || t('list.noSubject')}</span>
              <span className="tabular text-right text-secondary text-ink-3 max-[719px]:hidden">{duration(one.seconds, language)}</span>
              <span className="tabular text-right">{money(one.minor, currency, language)}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
