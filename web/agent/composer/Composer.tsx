import { useEffect, useRef, useState } from 'react'
import type { Conversation } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useCommands } from '../commands/registry'
import { articleLink, insertArticle, type Insertable, isArticleWanted, withAddress } from '../help/InsertArticle'
import { AskBlanks } from '../suggestions/AskBlanks'
import { ARTICLE_COMMANDS, mainWay, placeOf } from '../suggestions/Articles'
import { blanksOf, selectBlank, typeInto } from '../suggestions/blanks'
import type { Article, ArticleWay } from '../suggestions/queries'
import { COMMAND_OF, Suggestions } from '../suggestions/Suggestions'
import { useCanned } from '../suggestions/useCanned'
import { useSuggestions } from '../suggestions/useSuggestions'
import { ErrorNote } from '../ui/Notice'
import { UploadList } from './attachments'
import { AiMenu } from '../ai/AiMenu'
import { ChatField, type ChatHandle } from './ChatField'
import { ComposerDock } from './ComposerDock'
import { ComposerFoot } from './ComposerFoot'
import { ComposerHead } from './ComposerHead'
import { Editor, type Written } from './Editor'
import { EndpointChoice } from './EndpointChoice'
import { LockNote } from './LockNote'
import type { MentionState } from './mentions'
import { pickTime } from './pickTime'
import { isAddress, NOBODY } from './recipients'
import { SenderChoice } from './SenderChoice'
import type { Reply } from './sending'
import { useTypist } from './typing'
import { Unseen } from './Unseen'
import { useDraft } from './useDraft'
import { textToHtml } from './text'
import { useSend } from './useSend'

/** The dock under the thread: closed it is one line, open it writes replies (a mail or a chat) and notes. */
export default function Composer({ conversation, onResolved }: { conversation: Conversation; onResolved: () => void }) {
  const t = useT()
  const language = useLanguage()
  const draft = useDraft(conversation)
  const [mention, setMention] = useState<MentionState | null>(null)
  const chatField = useRef<ChatHandle>(null)
  const waiting = useRef<Reply[]>([])
  const section = useRef<HTMLElement>(null)
  const [blank, setBlank] = useState<{ text: string; more: Partial<Reply> } | null>(null)
  const [toInsert, setToInsert] = useState<string | null>(null)
  const { busy, problem, held, sendReply, addNote, takeOver, release } = useSend(conversation)
  const { mode, people, written, files, isNote, inChat } = draft
  const typist = useTypist(conversation.id, inChat)

  const isUploading = files.uploads.some((upload) => !upload.id && !upload.error)
  const isAddressed = inChat || (people.to.length > 0 && [...people.to, ...people.cc, ...people.bcc].every(isAddress))
  const isLocked = conversation.reply_locked && !isNote
  const hasContent = !written.isEmpty || (!isNote && files.uploads.some((upload) => upload.id))
  const isReady = (inChat || !busy) && !isUploading && hasContent && (isNote || (isAddressed && !isLocked))

  const mail = async (reply: Reply) => {
    if (!(await sendReply(reply))) return
    draft.finish()
    if (reply.resolve) onResolved()
  }
  /** The field is free at once; lines leave one after the other, and those that cannot come back into it. */
  const chat = async (reply: Reply) => {
    draft.finish()
    waiting.current.push(reply)
    if (waiting.current.length > 1) return
    for (let next: Reply | undefined = reply; next; next = waiting.current[0]) {
      if (!(await sendReply(next))) return draft.giveBack(waiting.current.splice(0))
      waiting.current.shift()
      if (next.resolve) onResolved()
    }
  }
  const send = async (more: Partial<Reply> = {}, withBlanks = false) => {
    if (!isReady) return
    if (!isNote && !withBlanks && blanksOf(written.text).length > 0) return setBlank({ text: written.text, more })
    typist.stop()
    if (isNote) {
      if (await addNote({ text: written.text, mentions: written.mentions })) draft.finish()
      return
    }
    await (inChat ? chat : mail)({
      endpoint_id: draft.endpoint?.id ?? null,
      from_address: inChat ? '' : draft.sender,
      text: inChat ? written.text.trim() : written.text,
      html: inChat || draft.plain ? null : written.html,
      ...(inChat ? NOBODY : people),
      files: files.uploads.flatMap(({ id, name, size }) => (id ? [{ id, name, size }] : [])),
      seen_seq: conversation.seq,
      keep_until: null,
      resolve: false,
      send_at: null,
      cancel_if_customer_writes: false,
      ...more,
    })
  }
  const sendAnyway = () => {
    if (!held) return
    const { keep_until, resolve, send_at, cancel_if_customer_writes } = held.reply
    release()
    void send({ keep_until, resolve, send_at, cancel_if_customer_writes, seen_seq: held.publicSeq })
  }
  const discard = () => {
    release()
    draft.discard()
  }
  const setText = (text: string) => {
    typist.press()
    draft.setText(text)
  }
  const setWritten = (next: Written) => {
    typist.press()
    draft.setWritten(next)
  }
  const { start } = draft
  const begin = useRef(start)
  begin.current = start
  useEffect(() => {
    if (isArticleWanted()) begin.current('reply')
  }, [])
  const putArticle = (article: Insertable) => {
    if (inChat) chatField.current?.insert(article.url)
    else if (draft.plain && !isNote) setText(withAddress(written.text, article))
    else draft.core?.chain().focus().insertContent(articleLink(article)).run()
  }
  const pick = (title: string, onPick: (at: Date) => void) => pickTime({ t, language, title, onPick })
  const isReply = mode !== null && !isNote
  const mayReply = conversation.can.includes('reply')
  const mayNote = conversation.can.includes('note')
  const insert = (text: string) => {
    if (mode === null || isNote) draft.start('reply')
    setToInsert(text)
  }
  const putWritten = (text: string, replaces: boolean) => {
    if (replaces && (inChat || draft.plain)) draft.setText('')
    else if (replaces) draft.core?.commands.clearContent(true)
    insert(text)
  }
  useEffect(() => {
    if (toInsert === null || mode === null || isNote) return
    const field = section.current?.querySelector('textarea')
    if (inChat || draft.plain) {
      if (!field) return
      typeInto(field, toInsert)
    } else {
      if (!draft.core || draft.core.isDestroyed) return
      draft.core.chain().focus().insertContent(textToHtml(toInsert)).run()
      selectBlank(draft.core)
    }
    setToInsert(null)
  }, [toInsert, mode, isNote, inChat, draft.plain, draft.core])
  const suggested = useSuggestions(conversation, draft.endpoint?.id ?? null, mayReply && (isReply || (mode === null && conversation.waiting_since !== null)))
  const use = (position: number) => {
    const one = suggested.items[position]
    return one && (() => insert(suggested.take(one)))
  }
  const applyArticle = (one: Article, way: ArticleWay) => {
    suggested.note(one, way)
    if (way === 'link' && one.url !== null) insertArticle({ title: one.title, url: new URL(one.url, location.origin).href })
    else if (way === 'passage') insert(one.passage)
    else window.open(placeOf(one), '_blank', 'noopener')
  }
  const putFitting = (position: number) => {
    const one = suggested.articles[position]
    return one && (() => applyArticle(one, mainWay(one)))
  }
  const offerCanned = useCanned(conversation.id, insert)
  useCommands({
    [COMMAND_OF[0]!]: use(0),
    [COMMAND_OF[1]!]: use(1),
    [COMMAND_OF[2]!]: use(2),
    [ARTICLE_COMMANDS[0]!]: putFitting(0),
    [ARTICLE_COMMANDS[1]!]: putFitting(1),
    'compose.canned': mayReply && offerCanned,
    'conversation.reply': mayReply && (() => draft.start('reply')),
    'conversation.replyAll': mayReply && (() => draft.start(draft.mayReplyAll ? 'replyAll' : 'reply')),
    'conversation.note': mayNote && (() => draft.start('note')),
    'compose.send': mode !== null && (() => void send()),
    'compose.sendAndKeep': isReply && (() => pick(t('compose.promise'), (at) => void send({ keep_until: at.toISOString() }))),
    'compose.sendLater':
      isReply && (() => pick(t('command.sendLater'), (at) => void send({ send_at: at.toISOString(), cancel_if_customer_writes: true }))),
    'compose.sendAndResolve': isReply && (() => void send({ resolve: true })),
    'compose.discard': mode !== null && draft.discard,
  })

  if (mode === null) {
    return (
      <>
        <Suggestions items={suggested.items} articles={suggested.articles} onArticle={applyArticle} />
        <ComposerDock mayReply={mayReply} mayNote={mayNote} everyone={draft.repliesToAll} onStart={draft.start} />
      </>
    )
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape leaves whatever field has the focus
    <section
      ref={section}
      aria-label={t(isNote ? 'command.note' : 'command.reply')}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !mention) (event.target as HTMLElement).blur()
        // In a reply that is still empty, "/" offers the canned ones.
        if (event.key === '/' && isReply && written.isEmpty && isWriting(event.target)) {
          event.preventDefault()
          offerCanned()
        }
      }}
      className={`flex max-h-[40vh] shrink-0 flex-col border-t max-[719px]:max-h-[70vh] ${inChat ? '' : 'min-h-52'} ${isNote ? 'border-note-line bg-note' : 'border-line bg-paper'}`}
    >
      <ComposerHead
        mode={mode}
        onMode={draft.start}
        mayReply={mayReply}
        mayReplyAll={draft.mayReplyAll}
        people={inChat ? null : people}
        onPeople={draft.setPeople}
        saving={draft.saving}
      >
        {!isNote && <EndpointChoice conversation={conversation} chosen={draft.endpoint} onChoose={draft.answerIn} />}
        {!isNote && !inChat && <SenderChoice endpoint={draft.endpoint} chosen={draft.sender} onChoose={draft.setSender} />}
      </ComposerHead>
      {isReply && written.isEmpty && <Suggestions items={suggested.items} articles={suggested.articles} onArticle={applyArticle} />}
      {isLocked && <LockNote conversation={conversation} busy={busy} onTakeOver={() => void takeOver()} />}
      <Unseen held={held} busy={busy} onEdit={release} onSendAnyway={sendAnyway} onDiscard={discard} />
      {problem && <ErrorNote {...problem} className="mx-4 my-1" />}
      {inChat ? (
        <ChatField
          ref={chatField}
          text={written.text}
          onText={setText}
          onSend={() => void send()}
          onFiles={files.add}
          focusAsked={draft.focusAsked}
        />
      ) : draft.plain && !isNote ? (
        <textarea
          value={written.text}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field appears because one asked for it
          autoFocus={draft.focusWanted.current}
          aria-label={t('compose.text')}
          placeholder={t('compose.placeholder')}
          onChange={(event) => setText(event.target.value)}
          className="min-h-0 grow resize-none bg-transparent px-4 py-2 text-thread outline-none placeholder:text-ink-3"
        />
      ) : (
        <Editor
          key={`${draft.generation}${isNote}`}
          initial={written.html}
          label={t(isNote ? 'compose.note' : 'compose.text')}
          placeholder={t(isNote ? 'compose.notePlaceholder' : 'compose.placeholder')}
          withMentions={isNote}
          onChange={setWritten}
          onFiles={files.add}
          onReady={draft.setCore}
          mentionState={mention}
          onMention={setMention}
        />
      )}
      {!isNote && <UploadList uploads={files.uploads} onRemove={files.remove} />}
      <ComposerFoot
        isNote={isNote}
        core={draft.plain || inChat ? null : draft.core}
        plain={draft.plain}
        onPlain={draft.setPlain}
        onFiles={files.add}
        onEmoji={inChat ? (emoji) => chatField.current?.insert(emoji) : null}
        onArticle={putArticle}
        help={<AiMenu conversationId={conversation.id} draft={() => (isNote ? '' : written.text)} onInsert={putWritten} />}
        ready={isReady}
        busy={busy && !inChat}
      />
      <AskBlanks
        text={blank?.text ?? null}
        onFill={() => {
          setBlank(null)
          if (draft.core && !draft.plain && !inChat) selectBlank(draft.core)
        }}
        onSend={() => {
          const more = blank?.more
          setBlank(null)
          void send(more, true)
        }}
      />
    </section>
  )
}

function isWriting(target: EventTarget): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement)
}
