import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { duration, locale } from '../../shared/time'
import { dayAndTime } from '../../shared/time'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href } from '../app/router'
import { useNow } from '../app/useNow'
import { Select } from '../ui/Field'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { blocksOf } from './flow'
import { blockName } from './names'
import { funnelQuery, troublesQuery } from './queries'
import type { Flow, Funnel } from './types'

/** What became of the conversations the bot took, block by block, and what went wrong. */
export function FunnelPanel({ botId, flow, onChoose }: { botId: number; flow: Flow; onChoose: (id: string) => void }) {
  const t = useT()
  const say = useProblemText()
  const [days, setDays] = useState(30)
  const funnel = useQuery(funnelQuery(botId, days))
  return (
    <div className="flex flex-col gap-4">
      <Select aria-label={t('report.period')} value={days} onChange={(event) => setDays(Number(event.target.value))} className="w-auto! self-start">
        {[7, 30, 90].map((n) => (
          <option key={n} value={n}>
            {t('bots.lastDays', { n })}
          </option>
        ))}
      </Select>
      {funnel.error && <ErrorNote {...say(funnel.error)} onRetry={() => void funnel.refetch()} />}
      {funnel.isPending && <Skeleton rows={4} />}
      {funnel.data && <Figures funnel={funnel.data} />}
      {funnel.data && <Blocks funnel={funnel.data} flow={flow} onChoose={onChoose} />}
      <TroubleList botId={botId} />
    </div>
  )
}

function Figures({ funnel }: { funnel: Funnel }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const share = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 })
  const of = (n: number) => (funnel.runs > 0 ? ` · ${share.format(n / funnel.runs)}` : '')
  const rows = [
    ['runs', number.format(funnel.runs)], ['answered', number.format(funnel.answered) + of(funnel.answered)], ['resolved', number.format(funnel.resolved) + of(funnel.resolved)],
    ['handedOver', number.format(funnel.handed_over) + of(funnel.handed_over)], ['taken', number.format(funnel.taken) + of(funnel.taken)], ['left', number.format(funnel.left) + of(funnel.left)],
  ] as const
  return (
    <>
      <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
        {rows.map(([key, value]) => (
          <div key={key} className="contents">
            <dt className="text-ink-2">{t(`bots.figure.${key}`)}</dt>
            <dd className="tabular text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-secondary text-ink-2">
        {t('bots.askedPerson', { n: funnel.asked_person, got: funnel.got_person })}
        {funnel.person_after_s !== null && ` ${t('bots.personAfter', { time: duration(funnel.person_after_s, language) })}`}
      </p>
      {Object.keys(funnel.reasons).length > 0 && (
        <section aria-label={t('bots.reasons')}>
          <h3 className="mb-1 text-secondary font-medium text-ink-2">{t('bots.reasons')}</h3>
          <ul>
            {Object.entries(funnel.reasons).map(([reason, n]) => (
              <li key={reason} className="flex gap-3 text-secondary">
                <span className="grow">{t(`bots.reason.${reason}` as Key)}</span>
                <span className="tabular">{number.format(n)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Blocks({ funnel, flow, onChoose }: { funnel: Funnel; flow: Flow; onChoose: (id: string) => void }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const most = Math.max(1, ...funnel.blocks.map((one) => one.entered))
  const names = new Map(blocksOf(flow).map((block) => [block.id, blockName(block, t, flow.language)]))
  const place = new Map(blocksOf(flow).map((block) => [block.id, (block.y ?? 0) * 1e5 + (block.x ?? 0)]))
  const blocks = funnel.blocks.toSorted((a, b) => (place.get(a.block_id) ?? Infinity) - (place.get(b.block_id) ?? Infinity))
  if (funnel.blocks.length === 0) return <p className="text-secondary text-ink-3">{t('bots.noRuns')}</p>
  return (
    <ul aria-label={t('bots.byBlock')} className="flex flex-col gap-2">
      {blocks.map((one) => (
        <li key={one.block_id}>
          <button type="button" onClick={() => onChoose(one.block_id)} className="block w-full rounded-control px-1 py-1 text-left hover:bg-hover">
            <span className="flex gap-3">
              <span className="min-w-0 grow truncate">{names.get(one.block_id) ?? one.block_id}</span>
              <span className="tabular font-medium">{number.format(one.entered)}</span>
            </span>
            <span className="my-1 block h-1.5 overflow-hidden rounded-full bg-line">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${(one.entered / most) * 100}%` }} />
            </span>
            <span className="tabular block text-secondary text-ink-3">{t('bots.blockEnds', { left: one.left, handed: one.handed_over, answered: one.answered })}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function TroubleList({ botId }: { botId: number }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const troubles = useQuery(troublesQuery(botId)).data ?? []
  if (troubles.length === 0) return null
  return (
    <section aria-label={t('bots.troubles')}>
      <h3 className="mb-1 text-secondary font-medium text-wrong">{t('bots.troubles')}</h3>
      <ul className="flex flex-col gap-1">
        {troubles.map((one, n) => (
          <li key={n} className="text-secondary">
            {one.sentence}{' '}
            {one.conversation_id ? <a href={href({ page: 'inbox', conversation: one.conversation_id })}>{dayAndTime(one.at, now, language)}</a> : <span className="text-ink-3">{dayAndTime(one.at, now, language)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
