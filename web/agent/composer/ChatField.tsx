import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { useT } from '../app/i18n'
import { insertAt } from './emoji'

export type ChatHandle = { insert: (text: string) => void }

type Props = {
  text: string
  onText: (text: string) => void
  onSend: () => void
  onFiles: (files: File[]) => void
  /** Counts up whenever the field should have the focus. */
  focusAsked: number
  ref: Ref<ChatHandle>
}

/** The field of a chat: Enter sends, Shift+Enter begins a line. While an input method composes, Enter is its own. */
export function ChatField({ text, onText, onSend, onFiles, focusAsked, ref }: Props) {
  const t = useT()
  const field = useRef<HTMLTextAreaElement>(null)
  const focused = useRef(0)
  useEffect(() => {
    if (focusAsked === focused.current) return
    focused.current = focusAsked
    field.current?.focus()
  }, [focusAsked])
  useImperativeHandle(ref, () => ({
    insert: (added) => {
      const area = field.current
      if (!area) return
      const next = insertAt(area.value, area.selectionStart, area.selectionEnd, added)
      onText(next.text)
      requestAnimationFrame(() => {
        area.focus()
        area.setSelectionRange(next.caret, next.caret)
      })
    },
  }))
  const take = (list: FileList | null) => {
    const files = [...(list ?? [])]
    if (files.length > 0) onFiles(files)
    return files.length > 0
  }
  return (
    <textarea
      ref={field}
      value={text}
      aria-label={t('compose.chat')}
      placeholder={t('compose.chatPlaceholder')}
      onChange={(event) => onText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return
        event.preventDefault()
        onSend()
      }}
      onPaste={(event) => take(event.clipboardData.files) && event.preventDefault()}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => take(event.dataTransfer.files) && event.preventDefault()}
      className="field-sizing-content max-h-60 min-h-16 grow resize-none bg-transparent px-4 py-2 text-thread outline-none placeholder:text-ink-3"
    />
  )
}
