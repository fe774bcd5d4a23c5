import { useQuery } from '@tanstack/react-query'
import { BadgeCheck, CircleDashed, MailX, Star, X } from 'lucide-react'
import { absolute, dayAndTime } from '../../shared/time'
import { api } from '../api/client'
import { contactConversationsQuery, contactQuery, conversationQuery, keys } from '../api/queries'
import type { Contact, Row } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { LastMessage, statusName, Waiting } from '../inbox/ListRow'
import { useChange } from '../settings/parts'
import { CaseFacts } from '../thread/CaseFacts'
import { Avatar } from '../ui/Avatar'
import { IconButton } from '../ui/Button'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { Splitter } from '../ui/Splitter'
import { Tip } from '../ui/Tip'
import { BotCards } from '../bots/BotCards'
import { Understood } from '../understanding/Understood'
import { CompanyCard } from './CompanyCard'
import { ContactName } from './ContactName'
import { ErasedPerson } from './ErasedPerson'
import { PersonMenu } from './PersonMenu'
import { VisitorCard } from './VisitorCard'

type Props = { conversationId: string; overlay: boolean; width: number; onWidth: (width: number) => void; onClose: () => void }

/** Who is writing: name, addresses, company, everything before. Slides over the thread where there is no room. */
export function ContactPane({ conversationId, overlay, width, onWidth, onClose }: Props) {
  const t = useT()
  const conversation = useQuery(conversationQuery(conversationId)).data
  const contactId = conversation?.contact.id
  const hasVisitor = conversation?.endpoints.some((endpoint) => endpoint.channel === 'messenger') ?? false
  const frame = overlay ? 'fade-in fixed inset-y-0 right-0 z-30 shadow-float' : ''
  return (
    <>
      {overlay && <button type="button" aria-label={t('action.close')} onClick={onClose} className="fixed inset-0 z-20 bg-(--scrim)" />}
      <aside aria-label={t('contact.label')} className={`flex min-h-0 shrink-0 ${frame}`}>
        {!overlay && <Splitter label={t('pane.contactWidth')} width={width} min={260} max={440} side="right" onChange={onWidth} />}
        <div className="flex min-h-0 flex-col overflow-y-auto bg-panel" style={{ width }}>
          {overlay && (
            <div className="flex justify-end px-2 pt-2">
              <IconButton label={t('action.close')} onClick={onClose}>
                <X size={16} aria-hidden />
              </IconButton>
            </div>
          )}
          {conversation && (
            <div className="border-b border-line px-4 py-3">
              <CaseFacts conversation={conversation} />
            </div>
          )}
          {conversation && <Understood conversation={conversation} />}
          {conversation && (
            <div className="flex flex-col gap-3 px-4 pt-3 empty:hidden">
              <BotCards conversationId={conversationId} seq={conversation.seq} />
            </div>
          )}
          {contactId ? <Person id={contactId} conversationId={conversationId} hasVisitor={hasVisitor} /> : <Skeleton rows={3} />}
        </div>
      </aside>
    </>
  )
}

function Person({ id, conversationId, hasVisitor }: { id: string; conversationId: string; hasVisitor: boolean }) {
  const say = useProblemText()
  const contact = useQuery(contactQuery(id))
  if (contact.error) return <ErrorNote {...say(contact.error)} onRetry={() => void contact.refetch()} className="m-4" />
  if (!contact.data) return <Skeleton rows={3} />
  return (
    <div className="fade-in flex flex-col gap-6 p-4">
      {contact.data.erased_at ? <ErasedPerson contact={contact.data} /> : <Heading contact={contact.data} />}
      {hasVisitor && !contact.data.erased_at && <VisitorCard conversationId={conversationId} />}
      {!contact.data.erased_at && <CompanyCard contact={contact.data} />}
      <Earlier contactId={id} conversationId={conversationId} />
    </div>
  )
}

function Heading({ contact }: { contact: Contact }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  // A visitor's id says nothing to people; the site's own id of a customer does.
  const shown = contact.identities.filter((identity) => identity.kind !== 'visitor')
  const first = shown.find((identity) => identity.kind === 'email')?.value ?? ''
  return (
    <section className="flex flex-col gap-3">
      <div className="flex items-center gap-3">
        <Avatar name={contact.name || first || '?'} size={40} />
        <div className="min-w-0 grow">
          <ContactName contact={contact} />
          <p className="text-secondary text-ink-3" title={absolute(contact.created_at, language)}>
            {t('contact.since', { time: dayAndTime(contact.created_at, now, language) })}
          </p>
        </div>
        <span className="flex items-center">
          <VipMark contact={contact} />
          <PersonMenu contact={contact} />
        </span>
      </div>
      <ul aria-label={t('contact.addresses')} className="flex flex-col gap-1 text-secondary empty:hidden">
        {shown.map((identity) => (
          <li key={identity.id} className="flex items-center gap-2">
            <Tip label={t(identity.verified_at ? 'contact.verified' : 'contact.notVerified')}>
              <span className="inline-flex">
                {identity.verified_at ? (
                  <BadgeCheck size={14} className="text-done" aria-label={t('contact.verified')} />
                ) : (
                  <CircleDashed size={14} className="text-ink-faint" aria-label={t('contact.notVerified')} />
                )}
              </span>
            </Tip>
            <span className="min-w-0 break-all select-all">{identity.kind === 'user' ? t('contact.userId', { id: identity.value }) : identity.value}</span>
            {identity.unsubscribed_at && (
              <Tip label={t('contact.unsubscribed')}>
                <span className="inline-flex">
                  <MailX size={14} className="shrink-0 text-ink-3" aria-label={t('contact.unsubscribed')} />
                </span>
              </Tip>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function VipMark({ contact }: { contact: Contact }) {
  const t = useT()
  const mayWrite = useMay('contacts.write')
  const change = useChange([keys.contact(contact.id), keys.lists, ['conversation']])
  if (!mayWrite && !contact.vip) return null
  return (
    <IconButton
      label={t(contact.vip ? 'contact.isVip' : 'contact.vip')}
      aria-pressed={contact.vip}
      disabled={!mayWrite}
      onClick={() => void change(() => api.patch(`/api/contacts/${contact.id}`, { vip: !contact.vip }))}
    >
      <Star size={16} className={contact.vip ? 'fill-current text-accent-ink' : ''} aria-hidden />
    </IconButton>
  )
}

function Earlier({ contactId, conversationId }: { contactId: string; conversationId: string }) {
  const t = useT()
  const { data } = useQuery(contactConversationsQuery(contactId))
  const others = (data ?? []).filter((row) => row.id !== conversationId)
  return (
    <section>
      {data && (
        <h2 className="mb-1 text-secondary text-ink-3">{others.length > 0 ? t('contact.earlier', { n: others.length }) : t('contact.first')}</h2>
      )}
      <ul className="-mx-2">
        {others.map((row) => (
          <li key={row.id}>
            <EarlierRow row={row} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function EarlierRow({ row }: { row: Row }) {
  const t = useT()
  return (
    <a
      href={href({ page: 'inbox', conversation: row.id })}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        navigate({ page: 'inbox', conversation: row.id })
      }}
      className="block rounded-control px-2 py-1.5 text-ink no-underline hover:bg-hover"
    >
      <span className="line-clamp-2">{row.subject || (row.channel === 'messenger' && row.preview) || t(row.contact.erased ? 'erase.subject' : 'list.noSubject')}</span>
      <span className="flex items-center gap-2 text-secondary text-ink-3">
        <span>{t(`status.${statusName(row.status)}`)}</span>
        <span aria-hidden>·</span>
        {row.waiting_since ? <Waiting row={row} /> : <LastMessage row={row} />}
      </span>
    </a>
  )
}
