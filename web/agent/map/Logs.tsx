import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, Download, FileInput, Trash2 } from 'lucide-react'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { dayAndTime, duration, locale } from '../../shared/time'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import type { Page } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { hourName, useDayNames } from './Filters'
import { FlowView } from './FlowView'
import { logNames } from './names'
import { ReadTable } from './ReadTable'
import { logParts } from './shown'
import type { Pick } from './types'

type Schema = components['schemas']
export type EventLog = Schema['EventLog']
const LOGS = '/api/event-logs'

/** Imported logs: all of them, or the map of one. */
export default function Logs({ id }: { id: number | null }) {
  return id === null ? <LogList /> : <OneLog id={id} />
}

function go(item: string | null): void {
  navigate({ page: 'reports', section: 'map', item }, { search: '' })
}

function Back({ item, children }: { item: string | null; children: ReactNode }) {
  return (
    <Button variant="plain" className="-ml-3" onClick={() => go(item)}>
      <ArrowLeft size={16} aria-hidden />
      {children}
    </Button>
  )
}

function LogList() {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayImport = useMay('imports.write')
  const file = useRef<HTMLInputElement>(null)
  const [asking, setAsking] = useState<EventLog | null>(null)
  const logs = useQuery({
    queryKey: [LOGS],
    queryFn: ({ signal }) => api.get<Page<EventLog>>(LOGS, undefined, signal).then((page) => page.items),
    refetchInterval: (query) => (query.state.data?.some((log) => log.state === 'reading') ? 1000 : false),
  })
  const upload = useMutation({
    mutationFn: (chosen: File) => {
      const form = new FormData()
      form.append('file', chosen)
      return api.upload<EventLog>(LOGS, form)
    },
    onSuccess: (log) => {
      if (log.state === 'uploaded') setAsking(log)
      return client.invalidateQueries({ queryKey: [LOGS] })
    },
  })
  const choose = (
    <Button variant="primary" busy={upload.isPending} onClick={() => file.current?.click()}>
      <FileInput size={16} aria-hidden />
      {upload.isPending ? t('logs.uploading', { name: upload.variables.name }) : t('logs.choose')}
    </Button>
  )
  return (
    <>
      <Back item={null}>{t('logs.back')}</Back>
      <header className="mt-1 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="text-title font-strong">{t('logs.title')}</h1>
          <p className="mt-1 max-w-[72ch] text-ink-3">{t('logs.text')}</p>
        </div>
        {mayImport && (logs.data?.length ?? 0) > 0 && choose}
      </header>
      <input
        ref={file}
        type="file"
        accept=".csv,.tsv,.txt,.xes,.gz"
        hidden
        onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) upload.mutate(chosen)
        }}
      />
      {upload.error && <ErrorNote {...say(upload.error)} className="mt-4" />}
      {logs.error && <ErrorNote {...say(logs.error)} onRetry={() => void logs.refetch()} className="mt-4" />}
      {logs.isPending && !logs.error && <Skeleton rows={3} />}
      {logs.data?.length === 0 && (
        <Empty icon={FileInput} title={t('logs.empty')} text={t('logs.emptyText')}>
          {mayImport && choose}
        </Empty>
      )}
      <ul className="mt-4">
        {logs.data?.map((log) => (
          <LogRow key={log.id} log={log} mayImport={mayImport} onAsk={setAsking} />
        ))}
      </ul>
      {asking && <ReadTable log={asking} onClose={() => setAsking(null)} />}
    </>
  )
}

function LogRow({ log, mayImport, onAsk }: { log: EventLog; mayImport: boolean; onAsk: (log: EventLog) => void }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const client = useQueryClient()
  const [sure, setSure] = useState(false)
  const number = new Intl.NumberFormat(locale(language))
  const again = () => api.get<EventLog>(`${LOGS}/${log.id}`).then(onAsk)
  const remove = useMutation({ mutationFn: () => api.delete(`${LOGS}/${log.id}`), onSettled: () => client.invalidateQueries({ queryKey: [LOGS] }) })
  return (
    <li className="border-b border-line py-3">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow">
          <p className="truncate font-medium">{log.name}</p>
          <p className="tabular text-secondary text-ink-3">
            {log.format.toUpperCase()} · {dayAndTime(log.created_at, now, language)} · <LogState log={log} />
          </p>
        </div>
        {log.state === 'ready' && <Button onClick={() => go(String(log.id))}>{t('logs.open')}</Button>}
        {(log.state === 'uploaded' || (log.state === 'failed' && log.format === 'csv')) && mayImport && <Button onClick={() => void again()}>{t('logs.columns')}</Button>}
        {mayImport && (
          <IconButton label={t(log.state === 'reading' ? 'logs.stop' : 'logs.delete')} onClick={() => setSure(true)}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        )}
      </div>
      {log.state === 'reading' && (
        <div className="mt-2">
          <progress max={log.size} value={log.done} aria-label={t('logs.reading', { done: megabytes(log.done), size: megabytes(log.size) })} className="h-1.5 w-full accent-accent" />
        </div>
      )}
      {log.problem && <p className="mt-1 text-secondary text-wrong">{log.problem}</p>}
      {log.problems.length > 0 && (
        <details className="mt-1 text-secondary">
          <summary className="cursor-pointer text-ink-2">{t('logs.skipped', { n: log.skipped })}</summary>
          <ul className="mt-1 max-h-40 overflow-y-auto text-ink-3">
            {log.problems.map((one) => (
              <li key={one.line}>{t('logs.line', { line: number.format(one.line), problem: one.problem })}</li>
            ))}
          </ul>
        </details>
      )}
      <Dialog open={sure} onClose={() => setSure(false)} title={t('logs.deleteSure', { name: log.name })}>
        <div className="px-6 pb-5">
          <p>{t('logs.deleteText')}</p>
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setSure(false)}>{t('action.cancel')}</Button>
            <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              {t('logs.delete')}
            </Button>
          </div>
        </div>
      </Dialog>
    </li>
  )
}

function LogState({ log }: { log: EventLog }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  if (log.state === 'ready') return t('logs.holds', { cases: number.format(log.cases), events: number.format(log.events) })
  if (log.state === 'reading') return t('logs.reading', { done: megabytes(log.done), size: megabytes(log.size) })
  return t(log.state === 'failed' ? 'logs.failed' : 'logs.waiting')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function OneLog({ id }: { id: number }) {
  const t = useT()
  const say = useProblemText()
  const days = useDayNames()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const [pick, setPick] = useState<Pick | null>(null)
  const body = useRef<HTMLDivElement>(null)
  const query = { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
  const map = useQuery({ queryKey: [LOGS, id, 'map'], queryFn: ({ signal }) => api.get<Schema['LogMap']>(`${LOGS}/${id}/map`, query, signal), staleTime: Infinity })
  const names = useMemo(() => logNames(t, hourName, days), [t, days])
  const parts = useMemo(() => map.data && logParts(map.data.flow, names), [map.data, names])
  if (map.error) return <ErrorNote {...say(map.error)} onRetry={() => void map.refetch()} />
  if (!map.data || !parts) return <Skeleton rows={6} />
  const { log, flow } = map.data
  const figures = [
    [t('map.figure.cases'), number.format(flow.cases)],
    [t('logs.median'), duration(flow.cycle.median, language)],
    [t('logs.mean'), duration(flow.cycle.mean, language)],
    [t('map.variants'), number.format(flow.variant_count)],
  ] as const
  return (
    <>
      <Back item="logs">{t('logs.all')}</Back>
      <header className="mt-1 flex flex-wrap items-center justify-between gap-3">
        <h1 className="min-w-0 truncate text-title font-strong">{log.name}</h1>
        <Button onClick={() => location.assign(`${LOGS}/${id}/export.xes`)}>
          <Download size={16} aria-hidden />
          {t('map.exportXes')}
        </Button>
      </header>
      <dl className="mt-6 grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-3 max-[719px]:grid-cols-2">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-card border border-line px-4 py-3">
            <dt className="text-secondary font-medium text-ink-2">{name}</dt>
            <dd className="tabular text-figure leading-tight font-strong max-[719px]:text-title">{value}</dd>
          </div>
        ))}
      </dl>
      <FlowView flow={flow} {...parts} cuts={map.data.cuts} names={names} measure="time" currency={null} isJourney={false} onPick={setPick} />
      <Dialog open={pick !== null} onClose={() => setPick(null)} title={pick?.title ?? ''} wide focus={body}>
        <div ref={body} tabIndex={-1} className="min-h-40 overflow-y-auto px-6 pb-4 outline-none">{pick && <LogCases id={id} ask={{ ...query, ...pick.ask }} />}</div>
      </Dialog>
    </>
  )
}

function LogCases({ id, ask }: { id: number; ask: Record<string, string> }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const say = useProblemText()
  const cases = useQuery({ queryKey: [LOGS, id, 'cases', ask], queryFn: ({ signal }) => api.get<Page<Schema['LogCase']>>(`${LOGS}/${id}/cases`, ask, signal).then((page) => page.items) })
  if (cases.error) return <ErrorNote {...say(cases.error)} />
  if (!cases.data) return <Skeleton rows={3} />
  return (
    <>
      <p className="pb-1 text-secondary text-ink-3">{t('logs.casesBehind')}</p>
      <ul>
        {cases.data.map((one) => (
          <li key={one.case} className="flex min-h-8 items-center gap-3">
            <span className="min-w-0 grow truncate">{one.case}</span>
            <span className="tabular shrink-0 text-secondary text-ink-3">{dayAndTime(one.at, now, language)}</span>
            <span className="tabular w-24 shrink-0 text-right text-secondary">{duration(one.seconds, language)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
