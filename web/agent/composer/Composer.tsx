import { Reply, ReplyAll, StickyNote } from 'lucide-react'
import { useState } from 'react'
import type { Conversation } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useCommands } from '../commands/registry'
import { Button } from '../ui/Button'
import { ErrorNote } from '../ui/Notice'
import { Tip } from '../ui/Tip'
import { UploadList } from './attachments'
import { ComposerFoot } from './ComposerFoot'
import { ComposerHead, type Mode } from './ComposerHead'
import { Editor } from './Editor'
import type { MentionState } from './mentions'
import { pickTime } from './pickTime'
import { isAddress, replyRecipients } from './recipients'
import { Unseen } from './Unseen'
import { useDraft } from './useDraft'
import { type Reply as ReplyBody, useSend } from './useSend'

/** The dock under the thread: closed it is one line, open it writes replies and notes. */
export default function Composer({ conversation, onResolved }: { conversation: Conversation; onResolved: () => void }) {
  const t = useT()
  const language = useLanguage()
  const draft = useDraft(conversation)
  const [mention, setMention] = useState<MentionState | null>(null)
  const { busy, problem, unseen, sendReply, addNote, forgetUnseen } = useSend(conversation, draft.takeBack)
  const { mode, people, written, files, isNote } = draft

  const isUploading = files.uploads.some((upload) => !upload.id && !upload.error)
  const isAddressed = people.to.length > 0 && [...people.to, ...people.cc, ...people.bcc].every(isAddress)
  const isReady = !busy && !isUploading && !written.isEmpty && (isNote || isAddressed)

  const send = async (more: Partial<ReplyBody> = {}) => {
    if (!isReady) return
    const reply: ReplyBody = {
      text: written.text,
      html: draft.plain ? null : written.html,
      ...people,
      files: files.uploads.flatMap(({ id, name, size }) => (id ? [{ id, name, size }] : [])),
      seen_seq: conversation.seq,
      keep_until: null,
      resolve: false,
      send_at: null,
      cancel_if_customer_writes: false,
      ...more,
    }
    const isDone = isNote ? await addNote({ text: written.text, mentions: written.mentions }) : await sendReply(reply)
    if (!isDone) return
    draft.finish()
    if (more.resolve) onResolved()
  }
  const pick = (title: string, onPick: (at: Date) => void) => pickTime({ t, language, title, onPick })
  const isReply = mode !== null && !isNote
  const mayReply = conversation.can.includes('reply')
  const mayNote = conversation.can.includes('note')
  useCommands({
    'conversation.reply': mayReply && (() => draft.start('reply')),
    'conversation.replyAll': mayReply && (() => draft.start('replyAll')),
    'conversation.note': mayNote && (() => draft.start('note')),
    'compose.send': mode !== null && (() => void send()),
    'compose.sendAndKeep': isReply && (() => pick(t('compose.promise'), (at) => void send({ keep_until: at.toISOString() }))),
    'compose.sendLater':
      isReply && (() => pick(t('command.sendLater'), (at) => void send({ send_at: at.toISOString(), cancel_if_customer_writes: true }))),
    'compose.sendAndResolve': isReply && (() => void send({ resolve: true })),
    'compose.discard': mode !== null && draft.discard,
  })

  if (mode === null) {
    const everyone = replyRecipients(conversation, true).cc.length > 0
    return <Closed mayReply={mayReply} mayNote={mayNote} everyone={everyone} onStart={draft.start} />
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape leaves whatever field has the focus
    <section
      aria-label={t(isNote ? 'command.note' : 'command.reply')}
      onKeyDown={(event) => event.key === 'Escape' && !mention && (event.target as HTMLElement).blur()}
      className={`flex max-h-[40vh] min-h-52 shrink-0 flex-col border-t max-[719px]:max-h-[70vh] ${isNote ? 'border-note-line bg-note' : 'border-line bg-paper'}`}
    >
      <ComposerHead mode={mode} onMode={draft.start} mayReply={mayReply} people={people} onPeople={draft.setPeople} saving={draft.saving} />
      {unseen.length > 0 && <Unseen messages={unseen} onSeen={forgetUnseen} />}
      {problem && <ErrorNote {...problem} className="mx-4 my-1" />}
      {draft.plain && !isNote ? (
        <textarea
          value={written.text}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field appears because one asked for it
          autoFocus={draft.focusWanted.current}
          aria-label={t('compose.text')}
          placeholder={t('compose.placeholder')}
          onChange={(event) => draft.setText(event.target.value)}
          className="min-h-0 grow resize-none bg-transparent px-4 py-2 text-thread outline-none placeholder:text-ink-3"
        />
      ) : (
        <Editor
          key={`${draft.generation}${isNote}`}
          initial={written.html}
          label={t(isNote ? 'compose.note' : 'compose.text')}
          placeholder={t(isNote ? 'compose.notePlaceholder' : 'compose.placeholder')}
          withMentions={isNote}
          onChange={draft.setWritten}
          onFiles={files.add}
          onReady={draft.setCore}
          mentionState={mention}
          onMention={setMention}
        />
      )}
      {!isNote && <UploadList uploads={files.uploads} onRemove={files.remove} />}
      <ComposerFoot
        isNote={isNote}
        core={draft.plain ? null : draft.core}
        plain={draft.plain}
        onPlain={draft.setPlain}
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
