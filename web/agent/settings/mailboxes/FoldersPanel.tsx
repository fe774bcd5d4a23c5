import { useMutation } from '@tanstack/react-query'
import { Archive, FilePen, Folder, Inbox, type LucideIcon, Loader, Mails, Send, ShieldAlert, Star, Trash2 } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { api } from '../../api/client'
import type { ImapFolder, ImapServer, Mailbox, MailboxTest } from '../../api/types'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { Field, Input } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { text } from '../parts'
import { storedImap } from './form'
import { FormPanel } from './Panel'

type Role = NonNullable<ImapFolder['role']>
type AfterFetch = ImapServer['after_fetch']

const ICONS: Record<Role, LucideIcon> = { inbox: Inbox, sent: Send, drafts: FilePen, junk: ShieldAlert, trash: Trash2, archive: Archive, all: Mails, flagged: Star }
/** What is said beside a folder that is not simply one of mail. */
const SAID: readonly Role[] = ['sent', 'drafts', 'junk', 'trash', 'all']
const AFTER: readonly AfterFetch[] = ['keep', 'seen', 'move', 'delete']

/** Which folders are read, and what becomes of a mail on its server once Hark has it. */
export function FoldersPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const imap = mailbox.imap
  const [found, setFound] = useState<readonly ImapFolder[] | null>(null)
  if (!imap) return null
  const stored = storedImap(imap)
  const read = (form: FormData) => ({
    imap: { ...stored, folders: form.getAll('folder').map(String), after_fetch: text(form, 'after_fetch'), move_to: text(form, 'move_to') },
  })
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.folders')} text={t('mailbox.foldersText')} read={read}>
      {() => (
        <>
          <Folders mailbox={mailbox} chosen={stored.folders ?? []} found={found} onFound={setFound} />
          <AfterFields stored={stored} found={found} />
        </>
      )}
    </FormPanel>
  )
}

/** The folders as the server lists them, asked for when somebody wants to change them. */
function Folders(props: { mailbox: Mailbox; chosen: readonly string[]; found: readonly ImapFolder[] | null; onFound: (folders: readonly ImapFolder[]) => void }) {
  const t = useT()
  const say = useProblemText()
  const { mailbox, chosen, found, onFound } = props
  const ask = useMutation({
    mutationFn: () => api.post<MailboxTest>('/api/mailboxes/test', { id: mailbox.id, imap: storedImap(mailbox.imap!) }),
    onSuccess: ({ imap }) => imap?.mailbox?.length && onFound(imap.mailbox),
  })
  const refused = ask.data?.imap && !ask.data.imap.mailbox?.length ? ask.data.imap.sentence : null
  const missing = found ? chosen.filter((name) => !found.some((one) => one.name === name)).map((name): ImapFolder => ({ name })) : []
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{t('mailbox.foldersRead')}</legend>
      {found ? (
        <ul className="max-h-72 divide-y divide-line overflow-y-auto rounded-control border border-line-strong">
          {[...missing, ...found].map((folder) => (
            <FolderRow key={folder.name} folder={folder} chosen={chosen.includes(folder.name)} gone={missing.includes(folder)} />
          ))}
        </ul>
      ) : (
        <>
          <ul className="flex flex-wrap gap-2">
            {chosen.map((name) => (
              <li key={name} className="flex max-w-full items-center gap-1.5 rounded-control border border-line-strong bg-panel px-2.5 py-1">
                {name.toUpperCase() === 'INBOX' ? <Inbox size={14} aria-hidden /> : <Folder size={14} aria-hidden />}
                <span className="truncate">{name}</span>
                <input type="hidden" name="folder" value={name} />
              </li>
            ))}
          </ul>
          {mailbox.can.includes('change') && (
            <Button className="self-start" onClick={() => ask.mutate()} busy={ask.isPending}>
              {ask.isPending ? <Loader size={16} className="animate-spin motion-reduce:animate-none" aria-hidden /> : <Folder size={16} aria-hidden />}
              {t('mailbox.foldersChoose')}
            </Button>
          )}
        </>
      )}
      {refused && <ErrorNote title={refused} />}
      {ask.error && <ErrorNote {...say(ask.error)} />}
    </fieldset>
  )
}

function FolderRow({ folder, chosen, gone }: { folder: ImapFolder; chosen: boolean; gone: boolean }) {
  const t = useT()
  const role = folder.role ?? null
  const Icon = role ? ICONS[role] : Folder
  const note = gone ? t('mailbox.folderGone') : role && SAID.includes(role) ? t(`mailbox.folder.${role as 'sent'}`) : null
  return (
    <li>
      <label className="flex min-h-9 items-start gap-2.5 px-3 py-2 hover:bg-hover pointer-coarse:min-h-11">
        <input type="checkbox" name="folder" value={folder.name} defaultChecked={chosen} className="mt-0.5 size-4 shrink-0 accent-accent" />
        <Icon size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
        <span className="min-w-0">
          <span className="block break-words">{folder.name}</span>
          {note && <span className={`block text-secondary ${gone ? 'text-wrong' : 'text-ink-3'}`}>{note}</span>}
        </span>
      </label>
    </li>
  )
}

/** Four ways to leave a mail on its server; "move" asks where to. */
function AfterFields({ stored, found }: { stored: ImapServer; found: readonly ImapFolder[] | null }) {
  const t = useT()
  const names = useId()
  const [after, setAfter] = useState<AfterFetch>(stored.after_fetch)
  const extra: Partial<Record<AfterFetch, ReactNode>> = {
    move: (
      <Field label={t('mailbox.moveTo')} hint={t('mailbox.moveToHint')}>
        {(control) => <Input {...control} name="move_to" list={names} required maxLength={500} defaultValue={stored.move_to || 'Hark'} />}
      </Field>
    ),
  }
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{t('mailbox.afterFetch')}</legend>
      {AFTER.map((one) => (
        <div key={one}>
          <label className="target flex items-start gap-2 py-1">
            <input type="radio" name="after_fetch" value={one} checked={after === one} onChange={() => setAfter(one)} className="mt-0.5 size-4 shrink-0 accent-accent" />
            <span className="min-w-0">
              {t(`mailbox.after.${one}`)}
              <span className="block text-secondary text-ink-3">{t(`mailbox.after.${one}Text`)}</span>
            </span>
          </label>
          {after === one && extra[one] && <div className="mt-1 mb-2 ml-6 max-w-80">{extra[one]}</div>}
        </div>
      ))}
      <datalist id={names}>{found?.map((one) => <option key={one.name}>{one.name}</option>)}</datalist>
    </fieldset>
  )
}
