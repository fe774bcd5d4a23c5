import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { dayAndTime, duration } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Dialog } from '../ui/Dialog'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { ExportMenu } from './ExportMenu'
import { figureName } from './figures'
import { memberName } from './members'
import { casesQuery, figuresQuery } from './queries'
import { type Drill, type ReportState, reportQuery } from './state'
import type { Case } from './types'

/** The conversations behind a number, longest first. It stands in the address: a link opens it too. */
export function CasesPanel({ drill, state, label, onClose }: { drill: Drill; state: ReportState; label?: string; onClose: () => void }) {
  const t = useT()
  const language = useLanguage()
  const say = useProblemText()
  const now = useNow()
  const list = useRef<HTMLDivElement>(null)
  const [asked] = useState(() => Date.now())
  const { compare: _, compare_start: _start, compare_end: _end, interval: _interval, time_zone: zone, ...query } = reportQuery(state, asked)
  const inside = drill.by === null ? {} : { by: drill.by, key: drill.key ?? '', time_zone: zone }
  const cases = useQuery(casesQuery({ ...query, ...inside, figure: drill.figure, clock: drill.clock, waiting: drill.waiting }))
  const info = useQuery(figuresQuery).data?.find((one) => one.key === drill.figure)
  const name = figureName(t, { key: drill.figure, name: info?.name })
  const member = drill.by === null ? '' : (label ?? memberName(drill.by, drill.key ?? '', '', t, language))
  return (
    <Dialog open onClose={onClose} title={[name, member, drill.waiting ? t('reports.onlyWaiting') : ''].filter(Boolean).join(' · ')} focus={list} wide>
      <div className="flex items-center gap-2 px-6 pb-2 text-secondary text-ink-3">
        <p className="grow">{cases.data && t(cases.data.length < 200 ? 'reports.casesCount' : 'reports.casesMost', { n: cases.data.length })}</p>
        <ExportMenu what="cases" state={{ ...state, figure: drill.figure, clock: drill.clock ?? state.clock }} page="overview" drill={drill} />
      </div>
      {cases.error && <ErrorNote {...say(cases.error)} onRetry={() => void cases.refetch()} className="mx-6 mb-6" />}
      {cases.isPending && <Skeleton rows={4} />}
      {cases.data?.length === 0 && <p className="px-6 pb-8 text-ink-3">{t('report.noCases')}</p>}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div ref={list} className="min-h-0 overflow-y-auto px-3 pb-3 outline-offset-[-2px]" tabIndex={0} role="group" aria-label={t('report.cases')}>
        <ul>
          {cases.data?.map((one) => (
            <li key={`${one.conversation_id}${one.at}`}>
              <CaseLine one={one} at={dayAndTime(one.at, now, language, String(zone))} took={one.seconds === null ? null : duration(one.seconds, language)} />
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

function CaseLine({ one, at, took }: { one: Case; at: string; took: string | null }) {
  const t = useT()
  return (
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
      {one.waiting && (
        <span className="inline-flex shrink-0 items-center gap-1 text-secondary text-ink-3">
          <span className="hatched size-2.5 rounded-[2px]" aria-hidden />
          {t('reports.waiting')}
        </span>
      )}
      <span className="tabular shrink-0 text-secondary text-ink-3 max-[719px]:hidden">{at}</span>
      {took !== null && <span className="tabular w-24 shrink-0 text-right text-secondary">{took}</span>}
    </a>
  )
}
