import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Emoji } from './Emoji'
import { bytes, type Words } from './i18n'
import { Icon } from './Icon'
import { formBegun, send, typed } from './messenger'
import { type Upload, useUploads } from './uploads'
import { canRecord, Voice } from './Voice'

/** What was begun in a thread stays while the frame lives. */
const drafts = new Map<string, string>()

type Props = { id: string; words: Words; maxBytes: number; isNew: boolean; onText: (text: string) => void }

export function Composer({ id, words, maxBytes, isNew, onText }: Props) {
  const { t } = words
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(drafts.get(id) ?? '')
  const [panel, setPanel] = useState<'emoji' | 'voice' | null>(null)
  const { uploads, add, retry, remove, clear } = useUploads(words, maxBytes)
  const ready = uploads.flatMap((one) => one.done ?? [])
  const canSend = (!!text.trim() || ready.length > 0) && uploads.every((one) => one.done || one.problem)

  useLayoutEffect(() => {
    const { style } = field.current!
    style.height = 'auto'
    style.height = `${field.current!.scrollHeight}px`
  }, [text])

  function write(next: string): void {
    if (isNew && !text && next) formBegun()
    drafts.set(id, next)
    setText(next)
    onText(next)
    typed(id, !!next)
  }

  function submit(event?: Event): void {
    event?.preventDefault()
    if (!canSend) return
    send(id, text.trim(), ready)
    drafts.delete(id)
    setText('')
    clear()
    setPanel(null)
    field.current?.focus()
  }

  function insert(emoji: string): void {
    const { selectionStart, selectionEnd } = field.current!
    write(text.slice(0, selectionStart) + emoji + text.slice(selectionEnd))
    field.current!.focus()
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- files are dropped anywhere on it; Escape leaves its panels
    <form
      class="composer"
      onSubmit={submit}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        add(event.dataTransfer?.files ?? [])
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !panel) return
        event.preventDefault()
        setPanel(null)
        field.current?.focus()
      }}
    >
      {uploads.length > 0 && (
        <ul class="uploads">
          {uploads.map((one) => (
            <Chip key={one.id} upload={one} words={words} onRetry={() => retry(one)} onRemove={() => remove(one.id)} />
          ))}
        </ul>
      )}
      {panel === 'emoji' && <Emoji label={t('emoji')} onPick={insert} />}
      {panel === 'voice' && <Voice words={words} onDone={(file) => { setPanel(null); if (file) add([file]); field.current?.focus() }} />}
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          data-first
          dir="auto"
          aria-label={t('write')}
          placeholder={t('write')}
          maxLength={10_000}
          value={text}
          onInput={(event) => write(event.currentTarget.value)}
          onBlur={() => typed(id, false)}
          onKeyDown={(event) => event.key === 'Enter' && !event.shiftKey && !event.isComposing && submit(event)}
          onPaste={(event) => {
            const files = event.clipboardData?.files
            if (!files?.length) return
            event.preventDefault()
            add(files)
          }}
        />
        <div class="tools">
          <button type="button" class="icon" aria-label={t('attach')} title={t('attach')} onClick={() => picker.current!.click()}>
            <Icon name="attach" />
          </button>
          <button type="button" class="icon" aria-label={t('emoji')} title={t('emoji')} aria-expanded={panel === 'emoji'} onClick={() => setPanel(panel === 'emoji' ? null : 'emoji')}>
            <Icon name="emoji" />
          </button>
          {canRecord() && (
            <button type="button" class="icon" aria-label={t('voice')} title={t('voice')} aria-expanded={panel === 'voice'} onClick={() => setPanel(panel === 'voice' ? null : 'voice')}>
              <Icon name="voice" />
            </button>
          )}
          <button type="submit" class="icon sends" aria-label={t('send')} title={t('send')} disabled={!canSend}>
            <Icon name="send" />
          </button>
        </div>
      </div>
      <input ref={picker} type="file" multiple hidden tabIndex={-1} onChange={(event) => { add([...(event.currentTarget.files ?? [])]); event.currentTarget.value = '' }} />
    </form>
  )
}

function Chip({ upload, words, onRetry, onRemove }: { upload: Upload; words: Words; onRetry: () => void; onRemove: () => void }) {
  const { t } = words
  const { file, done, problem, share } = upload
  return (
    <li class={problem ? 'chip wrong' : 'chip'}>
      <Icon name={file.type.startsWith('audio/') ? 'voice' : 'file'} />
      {problem ? <span role="alert">{problem}</span> : <span>{file.name}</span>}
      {!problem && <small>{done ? bytes(file.size, words.language) : `${t('uploading')} ${Math.round(share * 100)} %`}</small>}
      {problem && file.size > 0 && !done && share > 0 && <button type="button" class="link" onClick={onRetry}>{t('retry')}</button>}
      <button type="button" class="icon" aria-label={t('remove', { name: file.name })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  )
}
