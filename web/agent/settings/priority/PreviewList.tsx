import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, ShieldCheck } from 'lucide-react'
import { money } from '../../../shared/money'
import { api } from '../../api/client'
import type { Candidate, Preview, PreviewRow } from '../../api/types'
import { ChannelGlyph } from '../../app/Channel'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { href, navigate } from '../../app/router'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { Tip } from '../../ui/Tip'
import { useRested } from './useRested'

/** The first rows of the inbox by the numbers typed, each with where it stands today. */
export function PreviewList({ candidate, isChanged }: { candidate: Candidate; isChanged: boolean }) {
  const t = useT()
  const say = useProblemText()
  const body = useRested(JSON.stringify(candidate))
  const preview = useQuery({
    queryKey: ['value', 'preview', body],
    queryFn: ({ signal }) => api.post<Preview>('/api/value/preview', JSON.parse(body) as Candidate, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
  const { data } = preview
  return (
    <aside aria-label={t('priority.preview')} className="flex w-[420px] shrink-0 flex-col border-l border-line bg-panel max-[1099px]:w-full max-[1099px]:border-t max-[1099px]:border-l-0">
      <header className="border-b border-line px-4 py-3">
        <h2 className="font-strong">{t('priority.preview')}</h2>
        <p aria-live="polite" className="text-secondary text-ink-3">
          {!data ? ' ' : !isChanged ? t('priority.today', { n: data.waiting }) : data.moved === 0 ? t('priority.sameOrder') : t('priority.moved', { n: data.moved })}
        </p>
      </header>
      {preview.error && <ErrorNote {...say(preview.error)} className="m-4" />}
      {preview.isPending && <Skeleton rows={8} />}
      {data?.after.length === 0 && <p className="px-4 py-8 text-center text-ink-3">{t('priority.nobody')}</p>}
      {data && (
        <ol className={`min-h-0 overflow-y-auto max-[1099px]:overflow-visible ${preview.isPlaceholderData ? 'opacity-60' : ''}`}>
          {data.after.map((row, index) => (
            <PlacedRow key={row.id} row={row} place={index + 1} currency={data.currency} />
          ))}
        </ol>
      )}
    </aside>
  )
}

function PlacedRow({ row, place, currency }: { row: PreviewRow; place: number; currency: string }) {
  const t = useT()
  const language = useLanguage()
  const price = row.price_basis === 'job' ? t('price.perJob', { price: money(row.price_per_job_minor, currency, language) }) : t('price.perHour', { price: money(row.price_per_hour_minor, currency, language) })
  return (
    <li>
      <a
        href={href({ page: 'inbox', conversation: row.id })}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          navigate({ page: 'inbox', conversation: row.id })
        }}
        title={row.reason}
        className="grid h-13 grid-cols-[2.75rem_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line px-4 text-ink no-underline hover:bg-hover"
      >
        <Move place={place} was={row.was} />
        <span className="min-w-0">
          <span className="flex items-center gap-1.5">
            <ChannelGlyph channel={row.channel} />
            <span className="truncate">{row.subject || t('list.noSubject')}</span>
          </span>
          <span className="block truncate text-secondary text-ink-3">
            {[row.contact, row.company].filter(Boolean).join(' · ')}
          </span>
        </span>
        <span className="tabular text-right text-secondary text-ink-2">
          {row.price_assumed && '≈ '}
          {price}
          {row.reserved && (
            <Tip label={row.reason}>
              <span className="flex items-center justify-end gap-1 text-ink-3">
                <ShieldCheck size={13} aria-hidden />
                {t('priority.promised')}
              </span>
            </Tip>
          )}
        </span>
      </a>
    </li>
  )
}

function Move({ place, was }: { place: number; was: number | null }) {
  const t = useT()
  const by = (was ?? 99) - place
  const Icon = by > 0 ? ArrowUp : ArrowDown
  return (
    <span className="tabular flex items-center gap-1">
      <span className="w-5 text-right text-ink-3">{place}</span>
      {by !== 0 && (
        <Tip label={was === null ? t('priority.wasFar') : t('priority.was', { place: was })}>
          <span className={`inline-flex items-center text-[12px] ${by > 0 ? 'text-accent-ink' : 'text-ink-3'}`}>
            <Icon size={12} aria-label={t(by > 0 ? 'priority.up' : 'priority.down')} />
            {was === null ? '' : Math.abs(by)}
          </span>
        </Tip>
      )}
    </span>
  )
}
