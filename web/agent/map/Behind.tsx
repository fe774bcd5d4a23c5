import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { money } from '../../shared/money'
import { dayAndTime, duration } from '../../shared/time'
import { api, type Query } from '../api/client'
import type { Page } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Dialog } from '../ui/Dialog'
import { ErrorNote, Skeleton } from '../ui/Notice'
import type { MapCase, MapVisit, Pick } from './types'

type Props = { pick: Pick | null; query: Query; currency: string; onClose: () => void }

/** The conversations behind a part of the map, longest in it first; before the first message: the visits. */
export function Behind({ pick, query, currency, onClose }: Props) {
  const body = useRef<HTMLDivElement>(null)
  return (
    <Dialog open={pick !== null} onClose={onClose} title={pick?.title ?? ''} wide focus={body}>
      <div ref={body} tabIndex={-1} className="min-h-40 overflow-y-auto px-3 pb-4 outline-none">{pick && (pick.visits ? <Visits pick={pick} query={query} /> : <Cases pick={pick} query={query} currency={currency} />)}</div>
    </Dialog>
  )
}

function Cases({ pick, query, currency }: { pick: Pick; query: Query; currency: string }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const say = useProblemText()
  const asked = { ...query, compare_start: undefined, compare_end: undefined, ...pick.ask }
  const cases = useQuery({
    queryKey: ['map-cases', asked],
    queryFn: ({ signal }) => api.get<Page<MapCase>>('/api/reports/map/cases', asked, signal).then((page) => page.items),
  })
  if (cases.error) return <ErrorNote {...say(cases.error)} className="m-2" />
  if (!cases.data) return <Skeleton rows={3} />
  if (cases.data.length === 0) return <p className="px-3 py-6 text-center text-ink-3">{t('map.noCases')}</p>
  return (
    <>
      <p className="px-3 pb-1 text-secondary text-ink-3">{t('map.behindText')}</p>
      <ul>
        {cases.data.map((one) => (
          <li key={`${one.conversation_id}${one.at}`}>
            <a
              href={href({ page: 'inbox', conversation: one.conversation_id })}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                navigate({ page: 'inbox', conversation: one.conversation_id }, { search: '' })
              }}
              className="flex min-h-9 items-center gap-3 rounded-control px-3 text-ink no-underline hover:bg-hover pointer-coarse:min-h-11"
            >
              <span className="tabular w-14 shrink-0 text-secondary text-ink-3">#{one.number}</span>
              <span className="min-w-0 grow truncate">{one.subject || t('list.noSubject')}</span>
              <span className="tabular shrink-0 text-secondary text-ink-3 max-[719px]:hidden">{dayAndTime(one.at, now, language)}</span>
              {one.cost > 0 && <span className="tabular w-20 shrink-0 text-right text-secondary text-ink-3 max-[719px]:hidden">{money(Math.round(one.cost), currency, language)}</span>}
              <span className="tabular w-24 shrink-0 text-right text-secondary">{duration(one.seconds, language)}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function Visits({ pick, query }: { pick: Pick; query: Query }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const say = useProblemText()
  const asked = { ...query, compare_start: undefined, compare_end: undefined, ...pick.ask }
  const visits = useQuery({
    queryKey: ['map-visits', asked],
    queryFn: ({ signal }) => api.get<Page<MapVisit>>('/api/reports/map/visits', asked, signal).then((page) => page.items),
  })
  if (visits.error) return <ErrorNote {...say(visits.error)} className="m-2" />
  if (!visits.data) return <Skeleton rows={3} />
  if (visits.data.length === 0) return <p className="px-3 py-6 text-center text-ink-3">{t('map.nobodyGaveUp')}</p>
  return (
    <>
      <p className="px-3 pb-1 text-secondary text-ink-3">{t('map.visitsText')}</p>
      <ul>
        {visits.data.map((visit) => (
          <li key={visit.id} className="flex min-h-9 items-center gap-3 px-3">
            <span className="tabular shrink-0 text-secondary text-ink-3">{dayAndTime(visit.at, now, language)}</span>
            <span className="min-w-0 grow truncate">{visit.landing || '–'}</span>
            {visit.referrer && <span className="min-w-0 max-w-[40%] truncate text-secondary text-ink-3">{t('map.from', { place: visit.referrer })}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}
