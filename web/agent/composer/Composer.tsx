import type { Editor as Core } from '@tiptap/react'
import { useQuery } from '@tanstack/react-query'
import { Reply, ReplyAll, StickyNote } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Conversation, DraftBody, ThreadItem } from '../api/types'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useCommands } from '../commands/registry'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Button } from '../ui/Button'
import { Tip } from '../ui/Tip'
import { ErrorNote } from '../ui/Notice'
import { useUploads, UploadList } from './attachments'
import { dropDraft, loadDraft, putDraft, useDraftSaving } from './draft'
import { Editor, type Written } from './Editor'
import { ComposerFoot } from './ComposerFoot'
import { ComposerHead, type Mode } from './ComposerHead'
import type { MentionState } from './mentions'
import { isAddress, type Recipients, replyRecipients } from './recipients'
import { pickTime } from './pickTime'
import { Unseen } from './Unseen'
import { type Reply as ReplyBody, useSend } from './useSend'
import { useLanguage } from '../app/i18n'

type Props = { conversation: Conversation; items: readonly ThreadItem[]; onResolved: () => void }

const NOTHING: Written = { html: '', text: '', mentions: [], isEmpty: true }

/** The dock under the thread: closed it is one line, open it writes replies and notes. */
export default function Composer({ conversation, items, onResolved }: Props) {
  const t = useT()
  const language = useLanguage()
  const id = conversation.id
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data
  const own = useMemo(() => new Set((mailboxes ?? []).map((mailbox) => mailbox.address.toLowerCase())), [mailboxes])
  const defaults = (everyone: boolean) => replyRecipients(items, own, everyone, conversation.contact.address)

  const [mode, setMode] = useState<Mode | null>(null)
  const [people, setPeople] = useState<Recipients>({ to: [], cc: [], bcc: [] })
  const [initial, setInitial] = useState({ key: 0, html: '' })
  const [written, setWritten] = useState<Written>(NOTHING)
  const [plain, setPlain] = useState(false)
  const [mention, setMention] = useState<MentionState | null>(null)
  const [core, setCore] = useState<Core | null>(null)
  const files = useUploads(id)
  const textarea = useRef<HTMLTextAreaElement>(null)

  const attachmentIds = files.uploads.flatMap((upload) => upload.id ?? [])
  const body: DraftBody | null =
    mode === null || (written.isEmpty && attachmentIds.length === 0)
      ? null
      : { mode: mode === 'note' ? 'note' : 'reply', text: written.text, html: plain ? null : written.html, ...people, attachment_ids: attachmentIds }
  const saving = useDraftSaving(id, body, mode !== null)

  const fill = (draft: { mode: 'reply' | 'note'; text: string; html: string | null } & Recipients) => {
    const html = draft.html ?? textToHtml(draft.text)
    setMode(draft.mode)
    setPeople({ to: draft.to, cc: draft.cc, bcc: draft.bcc })
    setPlain(draft.html === null && draft.mode === 'reply')
    setWritten({ html, text: draft.text, mentions: [], isEmpty: draft.text === '' })
    setInitial((old) => ({ key: old.key + 1, html }))
  }
  const wasLoaded = useRef(false)
  useEffect(() => {
    if (wasLoaded.current) return
    wasLoaded.current = true
    void loadDraft(id).then((draft) => draft && draft.text && fill(draft))
    // A draft is taken over once, when its conversation is opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id])

  const start = (next: Mode) => {
    if (next !== 'note' && (mode === null || mode === 'note' || mode !== next)) setPeople(defaults(next === 'replyAll'))
    if (mode === null) setInitial((old) => ({ key: old.key + 1, html: '' }))
    setMode(next)
    setTimeout(() => (plain ? textarea.current?.focus() : core?.commands.focus('end')))
  }
  const close = () => {
    setMode(null)
    setWritten(NOTHING)
    setInitial((old) => ({ key: old.key + 1, html: '' }))
    files.clear()
    setMention(null)
  }
  const restore = (reply: ReplyBody) => {
    if (isMounted.current) fill({ ...reply, mode: 'reply' })
    void putDraft(id, { ...reply, mode: 'reply' })
  }
  const isMounted = useRef(true)
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  const { busy, problem, unseen, sendReply, addNote, forgetUnseen } = useSend(conversation, restore)

  const isUploading = files.uploads.some((upload) => !upload.id && !upload.error)
  const isAddressed = people.to.length > 0 && [...people.to, ...people.cc, ...people.bcc].every(isAddress)
  const isReady = !busy && !isUploading && !written.isEmpty && (mode === 'note' || isAddressed)

  const send = async (more: Partial<ReplyBody> = {}) => {
    if (!isReady) return
    const text = written.text
    const done =
      mode === 'note'
        ? await addNote({ text, mentions: written.mentions })
        : await sendReply({
            text,
            html: plain ? null : written.html,
            ...people,
            attachment_ids: attachmentIds,
            seen_seq: conversation.seq,
            keep_until: null,
            resolve: false,
            send_at: null,
            cancel_if_customer_writes: false,
            ...more,
          })
    if (!done) return
    void dropDraft(id).catch(() => {})
    close()
    if (more.resolve) onResolved()
  }
  const pick = (title: string, then: (at: Date) => void) => pickTime({ t, language, title, then })
  const isReply = mode !== null && mode !== 'note'
  const mayReply = conversation.can.includes('reply')
  const mayNote = conversation.can.includes('note') || conversation.can.includes('write') || mayReply
  useCommands({
    'conversation.reply': mayReply && (() => start('reply')),
    'conversation.replyAll': mayReply && (() => start('replyAll')),
    'conversation.note': mayNote && (() => start('note')),
    'compose.send': mode !== null && (() => void send()),
    'compose.sendAndKeep': isReply && (() => pick(t('compose.promise'), (at) => void send({ keep_until: at.toISOString() }))),
    'compose.sendLater':
      isReply && (() => pick(t('command.sendLater'), (at) => void send({ send_at: at.toISOString(), cancel_if_customer_writes: true }))),
    'compose.sendAndResolve': isReply && (() => void send({ resolve: true })),
    'compose.discard': mode !== null && (() => {
      void dropDraft(id).catch(() => {})
      close()
    }),
  })

  if (mode === null) return <Closed mayReply={mayReply} mayNote={mayNote} everyone={defaults(true).cc.length > 0} onStart={start} />
  const isNote = mode === 'note'
  return (
    <section
      aria-label={t(isNote ? 'command.note' : 'command.reply')}
      onKeyDown={(event) => event.key === 'Escape' && !mention && !event.defaultPrevented && (event.target as HTMLElement).blur()}
      className={`flex max-h-[40vh] min-h-44 shrink-0 flex-col border-t max-[719px]:max-h-[70vh] ${isNote ? 'border-note-line bg-note' : 'border-line bg-paper'}`}
    >
      <ComposerHead mode={mode} onMode={start} mayReply={mayReply} people={people} onPeople={setPeople} saving={saving} />
      {unseen.length > 0 && <Unseen messages={unseen} onSeen={forgetUnseen} />}
      {problem && <ErrorNote {...problem} className="mx-4 my-1" />}
      {plain && !isNote ? (
        <textarea
          ref={textarea}
          value={written.text}
          aria-label={t('compose.text')}
          placeholder={t('compose.placeholder')}
          onChange={(event) => setWritten({ ...NOTHING, text: event.target.value, isEmpty: event.target.value.trim() === '' })}
          className="min-h-0 grow resize-none bg-transparent px-4 py-2 text-thread outline-none placeholder:text-ink-faint"
        />
      ) : (
        <Editor
          key={`${initial.key}${isNote}`}
          initial={written.isEmpty ? initial.html : written.html}
          label={t(isNote ? 'compose.note' : 'compose.text')}
          placeholder={t(isNote ? 'compose.notePlaceholder' : 'compose.placeholder')}
          withMentions={isNote}
          onChange={setWritten}
          onFiles={files.add}
          onReady={(editor) => {
            setCore(editor)
            editor.commands.focus('end')
          }}
          mentionState={mention}
          onMention={setMention}
        />
      )}
      <UploadList uploads={files.uploads} onRemove={files.remove} />
      <ComposerFoot
        isNote={isNote}
        core={plain ? null : core}
        plain={plain}
        onPlain={(next) => {
          if (!next) setInitial((old) => ({ key: old.key + 1, html: textToHtml(written.text) }))
          setWritten(next ? { ...written, html: '' } : { ...written, html: textToHtml(written.text) })
          setPlain(next)
        }}
        onFiles={files.add}
        ready={isReady}
        busy={busy}
      />
    </section>
  )
}

/** The dock at rest: what one can begin, with its key. */
function Closed(props: { mayReply: boolean; mayNote: boolean; everyone: boolean; onStart: (mode: Mode) => void }) {
  const t = useT()
  const main: Mode = props.everyone ? 'replyAll' : 'reply'
  const Icon = props.everyone ? ReplyAll : Reply
  if (!props.mayReply && !props.mayNote) return null
  return (
    <div className="flex shrink-0 items-center gap-2 border-t border-line px-6 py-3 max-[719px]:px-3">
      {props.mayReply && (
        <Tip label={t(`command.${main}`)} keys={props.everyone ? 'shift+r' : 'r'} side="top">
          <Button variant="primary" onClick={() => props.onStart(main)}>
            <Icon size={16} aria-hidden />
            {t(`command.${main}`)}
          </Button>
        </Tip>
      )}
      {props.mayNote && (
        <Tip label={t('thread.teamOnly')} keys="n" side="top">
          <Button onClick={() => props.onStart('note')}>
            <StickyNote size={16} aria-hidden />
            {t('command.note')}
          </Button>
        </Tip>
      )}
    </div>
  )
}

function textToHtml(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return escaped
    .split('\n')
    .map((line) => `<p>${line}</p>`)
    .join('')
}
