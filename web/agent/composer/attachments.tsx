import { Paperclip, X } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import type { Attachment } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { fileSize } from '../thread/Attachments'
import { IconButton } from '../ui/Button'
import { rememberFile } from './bringBack'

export type Upload = { key: string; name: string; size: number; id: string | null; error: string | null }

/** Files on their way into the draft. */
export function useUploads(conversationId: string | null) {
  const say = useProblemText()
  const [uploads, setUploads] = useState<Upload[]>([])
  const change = (key: string, more: Partial<Upload>) => setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...more } : one)))
  const add = (files: File[]) => {
    for (const file of files) {
      const key = crypto.randomUUID()
      setUploads((all) => [...all, { key, name: file.name, size: file.size, id: null, error: null }])
      const form = new FormData()
      form.append('file', file)
      if (conversationId) form.append('conversation_id', conversationId)
      api.upload<Attachment>('/api/attachments', form).then(
        (stored) => {
          rememberFile({ id: stored.id, name: file.name, size: file.size })
          change(key, { id: stored.id })
        },
        (error: unknown) => change(key, { error: say(error).title }),
      )
    }
  }
  const remove = (key: string) => setUploads((all) => all.filter((one) => one.key !== key))
  const restore = (files: readonly { id: string; name: string; size: number }[]) =>
    setUploads(files.map((file) => ({ ...file, key: file.id, error: null })))
  /** Files of what could not be sent, before those attached since. */
  const giveBack = (files: readonly { id: string; name: string; size: number }[]) =>
    setUploads((all) => [...files.map((file) => ({ ...file, key: file.id, error: null })), ...all])
  return { uploads, add, remove, restore, giveBack }
}

export function UploadList({ uploads, onRemove }: { uploads: readonly Upload[]; onRemove: (key: string) => void }) {
  const t = useT()
  const language = useLanguage()
  if (uploads.length === 0) return null
  return (
    <ul className="flex shrink-0 flex-wrap gap-2 px-4 pb-2" aria-label={t('thread.attachments')}>
      {uploads.map((upload) => (
        <li
          key={upload.key}
          className={`inline-flex h-7 max-w-80 items-center gap-2 rounded-control border bg-control pl-2.5 text-secondary ${upload.error ? 'border-wrong text-wrong' : 'border-line-strong'}`}
        >
          <Paperclip size={14} className="shrink-0" aria-hidden />
          <span className="truncate">{upload.error ?? upload.name}</span>
          <span className="tabular shrink-0 text-ink-3">{upload.id || upload.error ? fileSize(upload.size, language) : t('state.uploading')}</span>
          <IconButton label={t('mail.remove', { address: upload.name })} onClick={() => onRemove(upload.key)}>
            <X size={12} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
