import type { Editor as Core } from '@tiptap/react'
import { useEffect, useRef, useState } from 'react'
import type { Conversation, DraftBody } from '../api/types'
import { useUploads } from './attachments'
import type { Mode } from './ComposerHead'
import { dropDraft, loadDraft, putDraft, useDraftSaving } from './draft'
import type { Written } from './Editor'
import { type Recipients, replyRecipients } from './recipients'
import { textToHtml } from './text'
import type { Reply } from './useSend'

const NOTHING: Written = { html: '', text: '', mentions: [], isEmpty: true }
type Kind = 'reply' | 'note'

/** Everything about what is being written: two texts (reply and note), recipients, files; kept on the server. */
export function useDraft(conversation: Conversation) {
  const id = conversation.id
  const [mode, setMode] = useState<Mode | null>(null)
  const [people, setPeople] = useState<Recipients>({ to: [], cc: [], bcc: [] })
  const [parts, setParts] = useState<Record<Kind, Written>>({ reply: NOTHING, note: NOTHING })
  const [plain, setPlainState] = useState(false)
  const [generation, setGeneration] = useState(0)
  const [core, setCoreState] = useState<Core | null>(null)
  const focusWanted = useRef(false)
  const isMounted = useRef(true)
  const files = useUploads(id)
  const isNote = mode === 'note'
  const kind: Kind = isNote ? 'note' : 'reply'
  const written = parts[kind]

  const keptFiles = files.uploads.flatMap(({ id: file, name, size }) => (file ? [{ id: file, name, size }] : []))
  const body = mode === null ? null : draftBody(kind, parts, plain, people, keptFiles)
  const saving = useDraftSaving(id, body, mode !== null)

  const fill = (draft: DraftBody) => {
    const part = (one: DraftBody['reply']): Written => (one ? { html: one.html ?? textToHtml(one.text), text: one.text, mentions: [], isEmpty: one.text === '' } : NOTHING)
    focusWanted.current = false
    setParts({ reply: part(draft.reply), note: part(draft.note) })
    setPeople({ to: draft.to, cc: draft.cc, bcc: draft.bcc })
    setPlainState(draft.reply !== null && draft.reply.html === null)
    files.restore(draft.files)
    setMode(draft.mode)
    setGeneration((n) => n + 1)
  }
  const wasAsked = useRef(false)
  useEffect(() => {
    isMounted.current = true
    if (!wasAsked.current) {
      wasAsked.current = true
      // Without the server's draft one can still write; saving will say what is wrong.
      loadDraft(id).then(
        (draft) => draft && isMounted.current && fill(draft),
        () => {},
      )
    }
    return () => {
      isMounted.current = false
    }
    // A draft is taken over once, when its conversation is opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id])

  const start = (next: Mode) => {
    focusWanted.current = true
    if (next !== 'note' && next !== mode && !(mode === 'note' && people.to.length > 0)) setPeople(replyRecipients(conversation, next === 'replyAll'))
    setMode(next)
    if (next === mode || (next !== 'note' && mode !== 'note' && mode !== null)) core?.commands.focus('end')
  }
  const clear = (which: Kind) => {
    const other: Kind = which === 'note' ? 'reply' : 'note'
    const isLeft = !parts[other].isEmpty
    setParts({ ...parts, [which]: NOTHING })
    if (which === 'reply') {
      files.restore([])
      setPeople({ to: [], cc: [], bcc: [] })
    }
    setGeneration((n) => n + 1)
    setMode(isLeft ? other : null)
    if (!isLeft) void dropDraft(id).catch(() => {})
  }
  return {
    mode,
    isNote,
    people,
    setPeople,
    written,
    plain,
    core,
    files,
    saving,
    generation,
    focusWanted,
    start,
    setWritten: (next: Written) => setParts((all) => ({ ...all, [kind]: next })),
    setText: (text: string) => setParts((all) => ({ ...all, reply: { html: textToHtml(text), text, mentions: [], isEmpty: text.trim() === '' } })),
    setPlain: (next: boolean) => {
      focusWanted.current = true
      if (!next) setGeneration((n) => n + 1)
      setPlainState(next)
    },
    setCore: (editor: Core) => {
      setCoreState(editor)
      if (focusWanted.current) editor.commands.focus('end')
    },
    finish: () => clear(kind),
    discard: () => clear(kind),
    /** A reply was called back in time: it is a draft again, here or when the conversation is next opened. */
    takeBack: (reply: Reply) => {
      const back: DraftBody = { mode: 'reply', reply: { text: reply.text, html: reply.html }, note: null, to: reply.to, cc: reply.cc, bcc: reply.bcc, files: reply.files }
      if (isMounted.current) fill(back)
      else void putDraft(id, back)
    },
  }
}

function draftBody(kind: Kind, parts: Record<Kind, Written>, plain: boolean, people: Recipients, files: DraftBody['files']): DraftBody | null {
  if (parts.reply.isEmpty && parts.note.isEmpty && files.length === 0) return null
  return {
    mode: kind,
    reply: parts.reply.isEmpty ? null : { text: parts.reply.text, html: plain ? null : parts.reply.html },
    note: parts.note.isEmpty ? null : { text: parts.note.text, html: parts.note.html },
    ...people,
    files,
  }
}
