import type { Editor as Core } from '@tiptap/react'
import { useEffect, useRef, useState } from 'react'
import type { Conversation, DraftBody } from '../api/types'
import { useUploads } from './attachments'
import { bringBack, joinDrafts, onBroughtBack } from './bringBack'
import type { Mode } from './ComposerHead'
import { dropDraft, loadDraft, useDraftSaving } from './draft'
import type { Written } from './Editor'
import { endpointOf, isChat } from './endpoints'
import { NOBODY, type Recipients, replyRecipients } from './recipients'
import type { Reply } from './sending'
import { textToHtml } from './text'

const NOTHING: Written = { html: '', text: '', mentions: [], isEmpty: true }
type Kind = 'reply' | 'note'

/** Everything about what is being written: two texts (reply and note), where it goes, files; kept on the server. */
export function useDraft(conversation: Conversation) {
  const id = conversation.id
  const [mode, setMode] = useState<Mode | null>(null)
  const [people, setPeople] = useState<Recipients>(NOBODY)
  const [endpointId, setEndpointId] = useState<string | null>(null)
  const [sender, setSender] = useState('')
  const [parts, setParts] = useState<Record<Kind, Written>>({ reply: NOTHING, note: NOTHING })
  const [plain, setPlainState] = useState(false)
  const [generation, setGeneration] = useState(0)
  const [focusAsked, setFocusAsked] = useState(0)
  const [core, setCoreState] = useState<Core | null>(null)
  const focusWanted = useRef(false)
  const isMounted = useRef(true)
  const files = useUploads(id)
  const isNote = mode === 'note'
  const kind: Kind = isNote ? 'note' : 'reply'
  const endpoint = endpointOf(conversation, endpointId)
  const inChat = !isNote && isChat(endpoint)
  const written = parts[kind]

  const keptFiles = files.uploads.flatMap(({ id: file, name, size }) => (file ? [{ id: file, name, size }] : []))
  const body = mode === null ? null : draftBody(kind, parts, plain || isChat(endpoint), { ...people, endpoint_id: endpointId, from_address: sender }, keptFiles)
  const saving = useDraftSaving(id, body, mode !== null)

  const fill = (draft: DraftBody) => {
    const part = (one: DraftBody['reply']): Written => (one ? { html: one.html ?? textToHtml(one.text), text: one.text, mentions: [], isEmpty: one.text === '' } : NOTHING)
    focusWanted.current = false
    setParts({ reply: part(draft.reply), note: part(draft.note) })
    setPeople({ to: draft.to, cc: draft.cc, bcc: draft.bcc })
    setEndpointId(draft.endpoint_id)
    setSender(draft.from_address)
    setPlainState(draft.reply !== null && draft.reply.html === null)
    files.restore(draft.files)
    setMode(draft.mode)
    setGeneration((n) => n + 1)
  }

  const open = (next: Mode) => {
    focusWanted.current = true
    if (next !== 'note' && next !== mode && !(mode === 'note' && (people.to.length > 0 || inChat))) {
      // The thread is chosen now: whatever the customer does next, this reply goes where its author began it.
      setEndpointId(endpoint?.id ?? null)
      setPeople(replyRecipients(conversation, endpoint, next === 'replyAll'))
    }
    setMode(next)
    setFocusAsked((n) => n + 1)
    if (next === mode || (next !== 'note' && mode !== 'note' && mode !== null)) core?.commands.focus('end')
  }
  const latest = useRef({ fill, open, body })
  latest.current = { fill, open, body }
  useEffect(() => onBroughtBack(id, (back) => latest.current.fill(joinDrafts(back, latest.current.body))), [id])

  /** Nothing can be begun before the draft is there, or the one would overwrite the other. */
  const loaded = useRef<'not yet' | 'asked' | 'done'>('not yet')
  const wanted = useRef<Mode | null>(null)
  useEffect(() => {
    isMounted.current = true
    if (loaded.current === 'not yet') {
      loaded.current = 'asked'
      const take = (draft: DraftBody | null) => {
        loaded.current = 'done'
        if (!isMounted.current) return
        if (draft) latest.current.fill(draft)
        if (!wanted.current) return
        if (!draft) latest.current.open(wanted.current)
        else {
          focusWanted.current = true
          setMode(wanted.current)
          setFocusAsked((n) => n + 1)
        }
      }
      // Without the server's draft one can still write; saving will say what is wrong.
      loadDraft(id).then(take, () => take(null))
    }
    return () => {
      isMounted.current = false
    }
  }, [id])
  const start = (next: Mode) => {
    if (loaded.current === 'done') open(next)
    else wanted.current = next
  }

  const answerIn = (next: string) => {
    const chosen = endpointOf(conversation, next)
    setEndpointId(next)
    setSender('')
    setPeople(replyRecipients(conversation, chosen, mode === 'replyAll'))
    if (isChat(chosen) && mode === 'replyAll') setMode('reply')
    focusWanted.current = true
    setGeneration((n) => n + 1)
    setFocusAsked((n) => n + 1)
  }
  const clear = (which: Kind, stay: boolean) => {
    const other: Kind = which === 'note' ? 'reply' : 'note'
    const isLeft = !parts[other].isEmpty
    setParts((all) => ({ ...all, [which]: NOTHING }))
    if (which === 'reply') {
      files.restore([])
      if (!stay) {
        setPeople(NOBODY)
        setEndpointId(null)
        setSender('')
      }
    }
    setGeneration((n) => n + 1)
    if (stay) return
    setMode(isLeft ? other : null)
    if (!isLeft) void dropDraft(id).catch(() => {})
  }
  return {
    mode,
    isNote,
    endpoint,
    inChat,
    mayReplyAll: !isChat(endpoint),
    /** Somebody else is on the thread, so the whole of it is answered unless one says otherwise. */
    repliesToAll: [...replyRecipients(conversation, endpoint, true).cc, ...replyRecipients(conversation, endpoint, true).bcc].length > 0,
    people,
    setPeople,
    answerIn,
    sender,
    setSender,
    written,
    plain,
    core,
    files,
    saving,
    generation,
    focusWanted,
    focusAsked,
    start,
    setWritten: (next: Written) => setParts((all) => ({ ...all, [kind]: next })),
    setText: (text: string) => setParts((all) => ({ ...all, reply: asWritten(text) })),
    setPlain: (next: boolean) => {
      focusWanted.current = true
      if (!next) setGeneration((n) => n + 1)
      setPlainState(next)
    },
    setCore: (editor: Core) => {
      setCoreState(editor)
      if (focusWanted.current) editor.commands.focus('end')
    },
    /** It is sent. In a chat one goes on writing. */
    finish: () => clear(kind, inChat),
    discard: () => clear(kind, false),
    /** Chat lines that could not be sent: they stand before what was written since. */
    giveBack: (replies: readonly Reply[]) => {
      const text = replies.map((reply) => reply.text).join('\n')
      const kept = replies.flatMap((reply) => reply.files)
      if (!isMounted.current) return void (replies[0] && bringBack(id, asDraft({ ...replies[0], text, files: kept })))
      setParts((all) => ({ ...all, reply: asWritten([text, all.reply.text].filter(Boolean).join('\n')) }))
      files.giveBack(kept)
    },
  }
}

function asWritten(text: string): Written {
  return { html: textToHtml(text), text, mentions: [], isEmpty: text.trim() === '' }
}

function asDraft({ text, html, to, cc, bcc, endpoint_id, from_address, files }: Reply): DraftBody {
  return { mode: 'reply', reply: { text, html }, note: null, to, cc, bcc, endpoint_id, from_address, files }
}

type Where = Pick<DraftBody, 'to' | 'cc' | 'bcc' | 'endpoint_id' | 'from_address'>

function draftBody(kind: Kind, parts: Record<Kind, Written>, plain: boolean, where: Where, files: DraftBody['files']): DraftBody | null {
  if (parts.reply.isEmpty && parts.note.isEmpty && files.length === 0) return null
  return {
    mode: kind,
    reply: parts.reply.isEmpty ? null : { text: parts.reply.text, html: plain ? null : parts.reply.html },
    note: parts.note.isEmpty ? null : { text: parts.note.text, html: parts.note.html },
    ...where,
    files,
  }
}
