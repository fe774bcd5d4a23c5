import { useQuery } from '@tanstack/react-query'
import { ChevronRight, Paperclip } from 'lucide-react'
import type { ReactNode } from 'react'
import type { MailView } from '../../api/types'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { fileSize } from '../../thread/Attachments'
import { TextBody } from '../../thread/TextBody'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { Origin } from '../../ui/Origin'
import { Problems } from './ItemPane'
import { mailQuery } from './queries'

/** What the mail itself says: enough to decide without opening it elsewhere. */
export function MailContent({ id }: { id: string }) {
  const t = useT()
  const say = useProblemText()
  const query = useQuery(mailQuery(id))
  const mail = query.data
  if (query.error && !mail) return <ErrorNote {...say(query.error)} onRetry={() => void query.refetch()} />
  if (!mail) return <Skeleton rows={3} />
  const problems = [...(mail.kind_reason ? [mail.kind_reason] : []), ...mail.reports, ...mail.problems]
  return (
    <>
      <Part title={t('origin.label')}>
        <div className="text-secondary">{mail.authentication ? <Origin checked={mail.authentication} /> : <p className="text-ink-3">{t('origin.unchecked')}</p>}</div>
      </Part>
      {(problems.length > 0 || mail.kind !== 'human') && (
        <Part title={t('ledger.noticed')}>
          <div className="text-secondary text-ink-2">
            <Problems sentences={problems.length > 0 ? problems : [t(`kind.${mail.kind}` as Key)]} />
          </div>
        </Part>
      )}
      <Part title={t('ledger.text')}>
        <div className="rounded-card border border-line bg-paper px-4 py-3">
          {mail.text.trim() ? <TextBody visible={mail.text} quoted={null} /> : <p className="text-ink-3">{t('ledger.noText')}</p>}
          {mail.cut && <p className="mt-2 text-secondary text-ink-3">{t('ledger.cut')}</p>}
          <Files files={mail.files} />
        </div>
      </Part>
      <details className="group">
        <summary className="target flex list-none items-center gap-1.5 text-secondary font-medium text-ink-2 hover:text-ink [&::-webkit-details-marker]:hidden">
          <ChevronRight size={14} className="shrink-0 transition-transform group-open:rotate-90" aria-hidden />
          {t('ledger.headers', { n: mail.headers.length })}
        </summary>
        <dl className="mt-2 flex flex-col gap-1 text-secondary">
          {mail.headers.map((line, index) => (
            <div key={`${index}${line.name}`} className="min-w-0 break-words">
              <dt className="inline font-medium text-ink-2">{line.name}: </dt>
              <dd className="inline break-all text-ink-2">{line.value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 text-secondary font-medium text-ink-2">{title}</h3>
      {children}
    </section>
  )
}

function Files({ files }: { files: MailView['files'] }) {
  const t = useT()
  const language = useLanguage()
  if (files.length === 0) return null
  return (
    <ul aria-label={t('thread.attachments')} className="mt-3 flex flex-col gap-1 border-t border-line pt-2 text-secondary text-ink-2">
      {files.map((file, index) => (
        <li key={`${index}${file.name}`} className="flex min-w-0 items-center gap-2">
          <Paperclip size={13} className="shrink-0 text-ink-3" aria-hidden />
          <span className="min-w-0 truncate">{file.name}</span>
          <span className="tabular shrink-0 text-ink-3">{fileSize(file.size, language)}</span>
        </li>
      ))}
    </ul>
  )
}
