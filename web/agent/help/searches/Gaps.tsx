import { CircleCheck, FilePlus2 } from 'lucide-react'
import { useState } from 'react'
import { moment } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { languageName } from '../names'
import type { Centre } from '../types'
import { openArticle, useNewArticle } from '../useNewArticle'
import type { Gap } from './types'

const SHOWN = 8
const PARTS = ['no_results', 'not_opened', 'contacted'] as const
const FILL: Record<(typeof PARTS)[number], string> = { no_results: 'bg-accent', not_opened: 'hatched border-0!', contacted: 'bg-ink-faint' }

/** Searches without an answer, alike ones together; each becomes a draft in a click. */
export function Gaps({ gaps, centre }: { gaps: readonly Gap[]; centre: Centre }) {
  const t = useT()
  const [all, setAll] = useState(false)
  return (
    <section aria-labelledby="gaps" className="mt-8">
      <h2 id="gaps" className="font-strong">
        {t('gaps.title')}
      </h2>
      <p className="max-w-[72ch] text-secondary text-ink-3">{t('gaps.text')}</p>
      {gaps.length === 0 ? (
        <p className="mt-3 flex items-center gap-2 rounded-card border border-line px-4 py-3 text-ink-2">
          <CircleCheck size={16} className="shrink-0 text-done" aria-hidden />
          {t('gaps.none')}
        </p>
      ) : (
        <>
          <ul className="mt-1 flex flex-wrap gap-x-4 text-[12px] text-ink-3" aria-hidden>
            {PARTS.map((part) => (
              <li key={part} className="inline-flex items-center gap-1.5">
                <span className={`size-2.5 rounded-[2px] ${FILL[part]}`} />
                {t(`gaps.${part}`)}
              </li>
            ))}
          </ul>
          <ul aria-label={t('gaps.title')} className="mt-2 divide-y divide-line rounded-card border border-line">
            {gaps.slice(0, all ? undefined : SHOWN).map((gap, index) => (
              <GapRow key={`${gap.language}${gap.title}${index}`} gap={gap} most={gaps[0]!.times} centre={centre} />
            ))}
          </ul>
          {!all && gaps.length > SHOWN && (
            <Button variant="plain" onClick={() => setAll(true)} className="mt-2">
              {t('reports.showAll', { n: gaps.length })}
            </Button>
          )}
        </>
      )}
    </section>
  )
}

function GapRow({ gap, most, centre }: { gap: Gap; most: number; centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const now = useNow()
  const create = useNewArticle()
  const [busy, setBusy] = useState(false)
  const mayWrite = useMay('help.write')
  const draft = async () => {
    setBusy(true)
    const language = centre.languages.includes(gap.language) ? gap.language : undefined
    await create({ centre_id: centre.id, ...(language ? { language } : {}), source: { type: 'searches', queries: gap.queries.map((one) => one.query).slice(0, 50) } })
    setBusy(false)
  }
  const sum = Math.max(1, gap.no_results + gap.not_opened + gap.contacted)
  return (
    <li className="flex items-center gap-4 px-4 py-3 max-[719px]:flex-wrap">
      <div className="min-w-0 grow basis-80">
        <p lang={gap.language} className="font-medium">{gap.title}</p>
        <details className="text-secondary text-ink-3">
          <summary className="cursor-pointer">
            {t('gaps.asked', { n: gap.times, visits: t('gaps.visits', { n: gap.visits }) })} · {languageName(gap.language, ui)} · {moment(gap.last_at, now, ui)}
          </summary>
          <ul className="mt-1">
            {gap.queries.map((one) => (
              <li key={one.query} className="flex gap-3">
                <span className="tabular w-8 shrink-0 text-right">{one.times}</span>
                <span lang={gap.language} className="min-w-0 text-ink-2">{one.query}</span>
              </li>
            ))}
          </ul>
          {gap.articles.length > 0 && (
            <p className="mt-1">
              {t('gaps.inVain')}{' '}
              {gap.articles.map((one, index) => (
                <span key={one.id}>
                  {index > 0 && ', '}
                  <button type="button" className="text-accent-ink underline-offset-2 hover:underline" onClick={() => openArticle(one.id, gap.language)}>
                    {one.title}
                  </button>
                </span>
              ))}
            </p>
          )}
        </details>
      </div>
      <div className="w-44 shrink-0 max-[719px]:order-last max-[719px]:w-full">
        <span className="flex h-2 overflow-hidden rounded-full" style={{ width: `${Math.max(8, (100 * gap.times) / most)}%` }} aria-hidden>
          {PARTS.map((part) => gap[part] > 0 && <span key={part} className={FILL[part]} style={{ width: `${(100 * gap[part]) / sum}%` }} />)}
        </span>
        <p className="tabular mt-1 text-[12px] leading-4 text-ink-3">{PARTS.filter((part) => gap[part] > 0).map((part) => `${t(`gaps.${part}`)} ${gap[part]}`).join(' · ')}</p>
      </div>
      {mayWrite && (
        <Button busy={busy} onClick={() => void draft()} aria-label={t('gaps.draftOf', { title: gap.title })}>
          <FilePlus2 size={16} aria-hidden />
          {t('gaps.draft')}
        </Button>
      )}
    </li>
  )
}
