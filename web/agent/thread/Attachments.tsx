import { Paperclip } from 'lucide-react'
import type { Attachment } from '../api/types'
import { useLanguage, useT } from '../app/i18n'

/** The files of a message, to take home. Pictures that stand in its text are not listed. */
export function Attachments({ files, className = '' }: { files: readonly Attachment[]; className?: string }) {
  const t = useT()
  const language = useLanguage()
  const listed = files.filter((file) => !file.inline)
  if (listed.length === 0) return null
  return (
    <ul className={`flex flex-wrap gap-2 ${className}`} aria-label={t('thread.attachments')}>
      {listed.map((file) => (
        <li key={file.id}>
          <a
            href={`/api/attachments/${file.id}`}
            download={file.name}
            className="target inline-flex max-w-72 items-center gap-2 rounded-control border border-line-strong bg-control px-2.5 text-secondary text-ink no-underline hover:bg-hover"
          >
            <Paperclip size={14} className="shrink-0 text-ink-3" aria-hidden />
            <span className="truncate">{file.name}</span>
            <span className="tabular shrink-0 text-ink-3">{fileSize(file.size, language)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

export function fileSize(bytes: number, language: string): string {
  const [value, unit] = bytes < 1000 ? [bytes, 'byte'] : bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte']
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
}
