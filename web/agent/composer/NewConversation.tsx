import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Editor as Core } from '@tiptap/react'
import { Trash2 } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Contact, Conversation, OutboxRow, Page } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { preference, setPreference } from '../app/preferences'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { runCommand, useCommands } from '../commands/registry'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { takeConversation } from '../thread/actions'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { UploadList, useUploads } from './attachments'
import { ComposerFoot } from './ComposerFoot'
import { articleLink, withAddress } from '../help/InsertArticle'
import { Editor, type Written } from './Editor'
import { AT_ONCE, type Beginning, isReady, keepBeginning, keptBeginning, NOTHING, opening, type Way } from './opening'
import { pickTime } from './pickTime'
import { RecipientField } from './RecipientField'
import { textToHtml } from './text'
import { useOfferUndo } from './useOfferUndo'

/** A mail to somebody who has not written: the first of a conversation. Closed, it keeps what was written. */
export default function NewConversation({ onClose }: { onClose: () => void }) {
  const t = useT()
  return (
    <Dialog open onClose={onClose} title={t('write.title')} wide>
      <Writer onClose={onClose} />
    </Dialog>
  )
}

function Writer({ onClose }: { onClose: () => void }) {
  const t = useT()
  const language = useLanguage()
  const say = useProblemText()
  const client = useQueryClient()
  const offerUndo = useOfferUndo()
  const subjectId = useId()
  const fromId = useId()
  const [kept, setKept] = useState<Beginning>(keptBeginning)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const [core, setCore] = useState<Core | null>(null)
  const [shown, setShown] = useState({ cc: kept.people.cc.length > 0, bcc: kept.people.bcc.length > 0 })
  const files = useUploads(null)
  const messageId = useRef(crypto.randomUUID())
  const senders = (useQuery(mailboxesQuery).data ?? []).filter((mailbox) => mailbox.smtp !== null)
  const account = senders.find((one) => one.id === (kept.account ?? Number(preference('sender')))) ?? senders[0]
  const loaded = files.uploads.flatMap(({ id, name, size }) => (id ? [{ id, name, size }] : []))
  const isUploading = files.uploads.some((upload) => !upload.id && !upload.error)
  const now: Beginning = { ...kept, account: account?.id ?? null, files: loaded }
  const ready = isReady(now) && !isUploading
  const change = (next: Partial<Beginning>) => setKept((old) => ({ ...old, ...next }))
  const people = (next: Partial<Beginning['people']>) => change({ people: { ...kept.people, ...next } })

  const latest = useRef(now)
  latest.current = now
  const isDone = useRef(false)
  useEffect(() => {
    files.restore(kept.files)
    const keep = () => keepBeginning(isDone.current ? NOTHING : latest.current)
    window.addEventListener('pagehide', keep)
    return () => {
      window.removeEventListener('pagehide', keep)
      keep()
    }
    // Once: what was kept is taken when the window opens, and kept again when it closes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])

  const send = async (way: Partial<Way> = {}) => {
    if (!ready || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const fresh = await api.post<Conversation>('/api/conversations', opening(now, { ...AT_ONCE, ...way }, messageId.current))
      isDone.current = true
      setPreference('sender', String(now.account))
      takeConversation(client, fresh)
      const outbox = await api.get<Page<OutboxRow>>(`/api/conversations/${fresh.id}/outbox`).catch(() => null)
      const row = outbox?.items.find((one) => one.id === messageId.current)
      if (row) offerUndo(row, t(way.send_at ? 'done.scheduled' : 'write.sent'))
      void client.invalidateQueries({ queryKey: keys.lists })
      onClose()
      navigate({ page: 'inbox', conversation: fresh.id })
    } catch (error) {
      setProblem(error)
      setBusy(false)
    }
  }
  const pick = (title: string, onPick: (at: Date) => void) => pickTime({ t, language, title, onPick })
  useCommands({
    'compose.send': () => void send(),
    'compose.sendAndKeep': () => pick(t('compose.promise'), (at) => void send({ keep_until: at.toISOString() })),
    'compose.sendLater': () => pick(t('command.sendLater'), (at) => void send({ send_at: at.toISOString() })),
    'compose.sendAndResolve': () => void send({ resolve: true }),
    'compose.discard': () => {
      isDone.current = true
      onClose()
    },
  })
  const toMailboxes = () => {
    onClose()
    navigate({ page: 'settings', section: 'mailboxes', item: null }, { search: '' })
  }
  const setWritten = ({ html, text }: Written) => change({ html, text })

  return (
    <>
      <div className="mx-2 shrink-0 border-b border-line pb-1 max-[719px]:mx-0 [&_label]:min-w-14">
        <Line label={t('write.from')} id={fromId}>
          {senders.length > 0 ? (
            <Select id={fromId} value={account?.id ?? ''} onChange={(event) => change({ account: Number(event.target.value) })} className="w-auto! max-w-full border-transparent!">
              {senders.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name} &lt;{one.address}&gt;
                </option>
              ))}
            </Select>
          ) : (
            <p className="flex grow flex-wrap items-center gap-x-3 py-1.5 text-wrong">
              {t('write.noMailbox')}
              <Button onClick={toMailboxes}>{t('settings.mailboxes')}</Button>
            </p>
          )}
          <IconButton label={t('command.discard')} onClick={() => runCommand('compose.discard')}>
            <Trash2 size={15} aria-hidden />
          </IconButton>
        </Line>
        <ToField values={kept.people.to} onChange={(to) => people({ to })}>
          <span className="flex shrink-0 gap-1">
            {!shown.cc && <AddField label={t('mail.cc')} onClick={() => setShown({ ...shown, cc: true })} />}
            {!shown.bcc && <AddField label={t('mail.bcc')} onClick={() => setShown({ ...shown, bcc: true })} />}
          </span>
        </ToField>
        {kept.people.to.length > 1 && <p className="px-4 pb-1 text-secondary text-wrong">{t('write.one')}</p>}
        {shown.cc && <RecipientField label={t('mail.cc')} values={kept.people.cc} onChange={(cc) => people({ cc })} />}
        {shown.bcc && <RecipientField label={t('mail.bcc')} values={kept.people.bcc} onChange={(bcc) => people({ bcc })} />}
        <Line label={t('write.subject')} id={subjectId}>
          <input
            id={subjectId}
            value={kept.subject}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => change({ subject: event.target.value })}
            className="h-8 w-full min-w-0 bg-transparent text-body font-medium outline-none pointer-coarse:h-11"
          />
        </Line>
      </div>
      {problem !== null && <ErrorNote {...say(problem)} className="mx-4 mt-2" />}
      <div className="mx-2 flex min-h-56 grow flex-col overflow-hidden pt-1 max-[719px]:mx-0">
        {kept.plain ? (
          <textarea
            value={kept.text}
            aria-label={t('write.text')}
            placeholder={t('write.placeholder')}
            onChange={(event) => change({ text: event.target.value })}
            className="min-h-0 grow resize-none bg-transparent px-4 py-2 text-thread outline-none placeholder:text-ink-3"
          />
        ) : (
          <Editor
            initial={kept.html}
            label={t('write.text')}
            placeholder={t('write.placeholder')}
            withMentions={false}
            onChange={setWritten}
            onFiles={files.add}
            onReady={setCore}
            mentionState={null}
            onMention={() => {}}
          />
        )}
      </div>
      <UploadList uploads={files.uploads} onRemove={files.remove} />
      <ComposerFoot
        isNote={false}
        core={kept.plain ? null : core}
        plain={kept.plain}
        onPlain={(plain) => change(plain ? { plain } : { plain, html: textToHtml(kept.text) })}
        onFiles={files.add}
        onEmoji={null}
        onArticle={(article) => (kept.plain ? change({ text: withAddress(kept.text, article) }) : core?.chain().focus().insertContent(articleLink(article)).run())}
        ready={ready}
        busy={busy}
      />
    </>
  )
}

/** To, with the people we know offered by name and address. */
function ToField({ values, onChange, children }: { values: string[]; onChange: (values: string[]) => void; children: React.ReactNode }) {
  const t = useT()
  const [text, setText] = useState('')
  const q = text.trim()
  const known = useQuery({
    queryKey: ['contacts', q],
    queryFn: ({ signal }) => api.get<Page<Pick<Contact, 'name'> & { address: string | null }>>('/api/contacts', { query: q, limit: 8 }, signal),
    enabled: q.length > 1,
    staleTime: 60_000,
  }).data
  const suggestions = (known?.items ?? []).flatMap(({ address, name }) => (address ? [{ address, name: name ?? '' }] : []))
  return (
    // oxlint-disable-next-line jsx-a11y/no-autofocus -- the window is opened to write to somebody
    <RecipientField label={t('mail.to')} values={values} autoFocus={values.length === 0} suggestions={suggestions} onText={setText} onChange={onChange}>
      {children}
    </RecipientField>
  )
}

function Line({ label, id, children }: { label: string; id: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-2 px-4 text-secondary">
      <label htmlFor={id} className="min-w-8 shrink-0 text-ink-3">
        {label}
      </label>
      <div className="flex min-w-0 grow items-center justify-between">{children}</div>
    </div>
  )
}

function AddField({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick} className="target rounded-control px-1.5 text-ink-3 hover:bg-hover hover:text-ink">
      {label}
    </button>
  )
}
