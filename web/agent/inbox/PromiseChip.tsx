import { CirclePause } from 'lucide-react'
import { absolute } from '../../shared/time'
import type { Row } from '../api/types'
import { type Translate, useLanguage, useT } from '../app/i18n'
import type { Language } from '../../shared/i18n'
import { useNow } from '../app/useNow'
import { HEAT_TEXT, HeatMark } from '../ui/HeatMark'
import { Tip } from '../ui/Tip'
import { dueIn, HEAT_OF, isClosed, lateBy, leftOver, type Promised, standing, weekdayAndTime } from './promise'

/** The countdown of a list's row, as short as it can be said; all of it on hover. */
export function PromiseChip({ row }: { row: Row }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const promise = row.promise
  if (!promise) return null
  const how = standing(promise, now)
  // What the customer has to do first is no work of ours now.
  if (how === 'paused') return null
  return (
    <Tip label={sentence(promise, now, language, t)} side="right">
      <span className={`tabular inline-flex h-5 shrink-0 items-center gap-1 rounded-full border px-1.5 text-[12px] leading-none ${HEAT_OF[how] === 0 ? 'border-line-strong text-ink-3' : `border-current ${HEAT_TEXT[HEAT_OF[how]]}`}`}>
        <HeatMark level={HEAT_OF[how]} size={10} />
        <span className="sr-only">{sentence(promise, now, language, t)}</span>
        <span aria-hidden>{brief(promise, now, language, t)}</span>
      </span>
    </Tip>
  )
}

/** The same in the header of a thread, in words: what, until when, and why the clock may stand still. */
export function PromiseLine({ row }: { row: Row }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const promise = row.promise
  if (!promise) return null
  const how = standing(promise, now)
  const { head, why } = words(promise, now, language, t)
  return (
    <Tip label={detail(promise, language, t)}>
      <span className="tabular inline-flex shrink-0 items-center gap-1">
        {how === 'paused' ? <CirclePause size={13} aria-hidden /> : <HeatMark level={HEAT_OF[how]} />}
        <span className={how === 'paused' ? '' : `font-medium ${HEAT_TEXT[HEAT_OF[how]]}`}>{head}</span>
        {why && <span>· {why}</span>}
      </span>
    </Tip>
  )
}

function brief(promise: Promised, now: number, language: Language, t: Translate): string {
  const how = standing(promise, now)
  if (how === 'never') return t('promise.closedBrief')
  if (how === 'late') return t('promise.lateBrief', { time: lateBy(promise, now, language) })
  const due = dueIn(promise, now, language)
  return 'left' in due ? t('promise.leftBrief', { time: due.left }) : due.at
}

function words(promise: Promised, now: number, language: Language, t: Translate): { head: string; why: string | null } {
  const what = t(`promise.${promise.kind}`)
  const how = standing(promise, now)
  if (how === 'paused') return { head: t('promise.paused', { what }), why: t('promise.customerHasIt', { time: leftOver(promise, language) }) }
  if (how === 'never') return { head: what, why: t('promise.neverOpens') }
  if (how === 'late') return { head: t('promise.late', { what, time: lateBy(promise, now, language) }), why: null }
  const due = dueIn(promise, now, language)
  const head = 'left' in due ? t('promise.dueIn', { what, time: due.left }) : t('promise.dueAt', { what, time: due.at })
  if (!isClosed(promise, now)) return { head, why: null }
  return { head, why: promise.opens_at ? t('promise.closedUntil', { time: weekdayAndTime(promise.opens_at, now, language) }) : t('promise.neverOpens') }
}

function sentence(promise: Promised, now: number, language: Language, t: Translate): string {
  const { head, why } = words(promise, now, language, t)
  return why ? `${head} · ${why}` : head
}

/** The moment it is due and the clock it is measured by. */
function detail(promise: Promised, language: Language, t: Translate): string {
  const clock = t(promise.clock === 'team' ? 'promise.teamClock' : 'promise.customerClock')
  return promise.due_at ? t('promise.detail', { time: absolute(promise.due_at, language), clock }) : clock
}
