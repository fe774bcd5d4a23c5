import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, FileInput } from 'lucide-react'
import { useRef, useState } from 'react'
import { moment } from '../../../shared/time'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { useNow } from '../../app/useNow'
import { PageHead } from '../../settings/parts'
import { Button } from '../../ui/Button'
import { Checkbox } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { HELP, importsQuery } from '../queries'
import type { Centre, HelpImport } from '../types'

const KINDS = ['markdown', 'zendesk', 'intercom'] as const
const COUNTS = ['created', 'updated', 'unchanged', 'kept', 'skipped'] as const

/** Articles from elsewhere: a folder of Markdown, or what another help centre exports. Coming again brings only what changed. */
export default function Import({ centre }: { centre: Centre }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const [kind, setKind] = useState<(typeof KINDS)[number]>('markdown')
  const [publish, setPublish] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const imports = useQuery(importsQuery(centre.id))
  const bring = async (chosen: File) => {
    setBusy(true)
    setProblem(null)
    const form = new FormData()
    form.append('file', chosen)
    try {
      await api.upload(`/api/help/imports?centre_id=${centre.id}&kind=${kind}&publish=${publish}`, form)
      await client.invalidateQueries({ queryKey: HELP })
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  return (
    <>
      <PageHead title={t('import.nav')} text={t('import.text')} />
      <div role="radiogroup" aria-label={t('import.from')} className="grid grid-cols-3 gap-3 max-[899px]:grid-cols-1">
        {KINDS.map((one) => (
          <label key={one} className="flex cursor-default gap-3 rounded-card border border-line px-4 py-3 has-checked:border-accent has-checked:bg-panel has-focus-visible:outline-2 has-focus-visible:outline-accent">
            <input type="radio" name="kind" value={one} checked={kind === one} onChange={() => setKind(one)} className="mt-1 size-4 shrink-0 accent-accent" />
            <span className="font-medium">
              {t(`import.${one}`)}
              <span className="block text-secondary font-regular text-ink-3">{t(`import.${one}Text`)}</span>
            </span>
          </label>
        ))}
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-4">
        <Checkbox label={t('import.publish')} hint={t('import.publishHint')} checked={publish} onChange={(event) => setPublish(event.target.checked)} />
        <span className="grow" />
        <Button variant="primary" busy={busy} onClick={() => file.current?.click()}>
          <FileInput size={16} aria-hidden />
          {t(busy ? 'import.uploading' : 'import.choose')}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={t('import.choose')}
          accept={kind === 'markdown' ? '.zip' : '.json,.zip'}
          onChange={(event) => {
            const chosen = event.target.files?.[0]
            event.target.value = ''
            if (chosen) void bring(chosen)
          }}
        />
      </div>
      {problem !== null && <ErrorNote {...say(problem)} className="mt-4" />}
      {imports.error && <ErrorNote {...say(imports.error)} onRetry={() => void imports.refetch()} className="mt-4" />}
      {(imports.data?.length ?? 0) > 0 && (
        <>
          <h2 className="mt-8 mb-2 font-strong">{t('import.before')}</h2>
          <ul aria-label={t('import.before')} className="divide-y divide-line rounded-card border border-line">
            {imports.data!.map((one) => (
              <ImportRow key={one.id} one={one} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function ImportRow({ one }: { one: HelpImport }) {
  const t = useT()
  const ui = useLanguage()
  const now = useNow()
  const isRunning = one.state === 'waiting' || one.state === 'running'
  return (
    <li className="px-4 py-3">
      <p className="flex flex-wrap items-center gap-2">
        {one.state === 'done' && <CircleCheck size={16} className="shrink-0 text-done" aria-hidden />}
        {one.state === 'failed' && <CircleAlert size={16} className="shrink-0 text-wrong" aria-hidden />}
        <span className="min-w-0 grow truncate font-medium">{one.name}</span>
        <span className="text-secondary text-ink-3">
          {t(`import.${one.kind}`)} · {moment(one.created_at, now, ui)}
        </span>
      </p>
      {isRunning && (
        <div className="mt-2" role="status">
          <progress max={Math.max(1, one.total ?? 1)} value={one.done} aria-label={t('import.running', { done: one.done, total: one.total ?? 0 })} className="h-1.5 w-full accent-accent" />
          <p className="tabular text-secondary text-ink-3">{one.total ? t('import.running', { done: one.done, total: one.total ?? 0 }) : t('import.waiting')}</p>
        </div>
      )}
      {!isRunning && (
        <ul className="tabular mt-1 flex flex-wrap gap-x-4 text-secondary text-ink-2">
          {COUNTS.filter((name) => (one.counts[name] ?? 0) > 0).map((name) => (
            <li key={name}>{t(`import.${name}`, { n: one.counts[name] ?? 0 })}</li>
          ))}
        </ul>
      )}
      {one.problem && <p className="mt-1 text-secondary text-wrong">{one.problem}</p>}
      {one.problem_count > 0 && (
        <details className="mt-1 text-secondary">
          <summary className="cursor-pointer text-ink-2">{t('import.problems', { n: one.problem_count })}</summary>
          <ul className="mt-1 max-h-60 overflow-y-auto text-ink-3">
            {one.problems.map((problem, index) => (
              <li key={index} className="py-0.5">
                <span className="font-medium text-ink-2">{problem.item}</span> {problem.sentence}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}
