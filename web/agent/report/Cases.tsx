import { useQuery } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { dayAndTime, duration } from '../../shared/time'
import { api, type Query } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Button } from '../ui/Button'
import { ErrorNote, Skeleton } from '../ui/Notice'
import type { CaseRef, Figure, Page } from '../api/types'

/** The conversations behind a figure, longest first. */
export function Cases({ figure, query }: { figure: Figure; query: Query }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  return (
    <div className="border-t border-line px-3 py-2">
      <Button variant="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('report.cases')}
        <ChevronDown size={14} className={open ? 'rotate-180' : ''} aria-hidden />
      </Button>
      {open && <CaseList figure={figure} query={query} />}
    </div>
  )
}

function CaseList({ figure, query }: { figure: Figure; query: Query }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const say = useProblemText()
  const { start, end, team_id, account_id, tag_id } = query
  const asked = { start, end, team_id, account_id, tag_id, figure: figure.key, clock: figure.clock }
  const cases = useQuery({
    queryKey: ['report-cases', asked],
    queryFn: ({ signal }) => api.get<Page<CaseRef>>('/api/reports/cases', asked, signal).then((page) => page.items),
  })
  if (cases.error) return <ErrorNote {...say(cases.error)} className="m-2" />
  if (!cases.data) return <Skeleton rows={3} />
  if (cases.data.length === 0) return <p className="px-3 py-4 text-ink-3">{t('report.noCases')}</p>
  return (
    <ul className="max-h-96 overflow-y-auto">
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
            {one.seconds !== null && <span className="tabular w-24 shrink-0 text-right text-secondary">{duration(one.seconds, language)}</span>}
          </a>
        </li>
      ))}
    </ul>
  )
}
