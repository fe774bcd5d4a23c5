import { Bot, Ellipsis, Info, Lock, MailWarning, ShieldAlert, Split, Users } from 'lucide-react'
import { memo, useState } from 'react'
import { heat } from '../../shared/heat'
import { absolute, moment, waitDuration } from '../../shared/time'
import { api } from '../api/client'
import type { Conversation, MailAddress, Message } from '../api/types'
import { expectedSeconds } from '../app/Channel'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'
import { IconButton } from '../ui/Button'
import { HEAT_TEXT, HeatMark } from '../ui/HeatMark'
import { Menu, MenuItem } from '../ui/Menu'
import { Origin } from '../ui/Origin'
import { Attachments } from './Attachments'
import { AuthorAvatar } from './AuthorAvatar'
import { DeliveryLine } from './DeliveryLine'
import { HtmlBody } from './HtmlBody'
import { maySplit, useSplitting } from './splitting'
import { TextBody } from './TextBody'

type Props = { message: Message; conversation: Conversation; isWaiting: boolean; withImages: boolean }

/** A mail as a full-width card; a note tinted and marked; a line of the system in between. */
export const MessageCard = memo(function MessageCard({ message, conversation, isWaiting, withImages }: Props) {
  const t = useT()
  if (message.kind === 'system' || message.kind === 'bounce') return <SystemNote message={message} />
  const isNote = message.kind === 'note'
  const frame = isNote
    ? 'border-note-line bg-note'
    : message.direction === 'out'
      ? 'border-line bg-panel'
      : 'border-line bg-paper'
  return (
    <article aria-label={t(isNote ? 'thread.noteBy' : 'thread.messageBy', { name: message.author.name })} className="py-1.5">
      <div className={`rounded-card border px-5 py-3 max-[719px]:px-4 ${frame}`}>
        <CardHeader message={message} conversation={conversation} isWaiting={isWaiting} />
        {isNote && (
          <p className="mt-1 flex items-center gap-1 text-secondary text-note-ink">
            <Lock size={12} aria-hidden />
            {t('thread.teamOnly')}
          </p>
        )}
        {message.kind === 'auto_reply' && (
          <p className="mt-1 flex items-center gap-1 text-secondary text-ink-3">
            <Bot size={12} aria-hidden />
            {t('thread.autoReply')}
          </p>
        )}
        {message.direction === 'out' && message.author.kind === 'rule' && (
          <p className="mt-1 flex items-center gap-1 text-secondary text-ink-3">
            <Bot size={12} aria-hidden />
            {t('thread.byRule', { name: message.author.name })}
          </p>
        )}
        {message.headers.authentication?.verdict === 'forged' && (
          <p className="mt-1 flex items-center gap-1 text-secondary text-wrong" title={message.headers.authentication.sentence}>
            <ShieldAlert size={12} className="shrink-0" aria-hidden />
            {t('origin.forged')}
          </p>
        )}
        {message.headers.notes?.map((note) => (
          <p key={note} className="mt-1 flex items-start gap-1 text-secondary text-ink-2">
            <Info size={12} className="mt-1 shrink-0" aria-hidden />
            {note}
          </p>
        ))}
        <div className="mt-2">
          {message.headers.erased ? (
            <ErasedText />
          ) : message.has_html && message.html_url ? (
            <HtmlBody url={message.html_url} id={message.id} title={message.headers.subject || conversation.subject} withImages={withImages} />
          ) : (
            <TextBody visible={message.visible_text || message.text} quoted={message.quoted_text} />
          )}
        </div>
        <Attachments files={message.attachments} className="mt-3" />
        <DeliveryLine message={message} />
      </div>
    </article>
  )
})

/** What stands where words were. */
export function ErasedText() {
  const t = useT()
  return <p className="text-ink-3">{t('erase.message')}</p>
}

function CardHeader({ message, conversation, isWaiting }: Omit<Props, 'withImages'>) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const [open, setOpen] = useState(false)
  const from = message.headers.from
  const others = message.kind === 'note' ? [] : [...(message.headers.to ?? []), ...(message.headers.cc ?? [])]
  return (
    <header className="flex items-start gap-3">
      <AuthorAvatar message={message} size={32} />
      <div className="min-w-0 grow">
        <div className="flex items-baseline gap-2">
          <span className="min-w-0 truncate font-strong">{message.author.name || from?.address || (message.headers.erased && t('erase.contact'))}</span>
          <span className="min-w-0 shrink-[9999] grow truncate text-secondary text-ink-3 max-[719px]:invisible">
            {message.direction === 'in' && from?.address !== message.author.name && from?.address}
          </span>
          <time className="tabular shrink-0 text-secondary text-ink-3" dateTime={message.at} title={absolute(message.at, language)}>
            {moment(message.at, now, language)}
          </time>
        </div>
        <div className={`flex flex-wrap items-center gap-x-2 gap-y-1 ${others.length > 0 ? 'min-h-6' : ''}`}>
          {others.length > 0 && (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className="flex min-w-0 items-center gap-1 rounded-control text-left text-secondary text-ink-3 hover:text-ink"
            >
              {others.length > 1 && <Users size={12} className="shrink-0" aria-hidden />}
              <span className="truncate">{t('thread.to', { names: names(others) })}</span>
            </button>
          )}
          {isWaiting && conversation.waiting_since && (
            <span className="ml-auto">
              <WaitingClock conversation={conversation} />
            </span>
          )}
        </div>
        {open && <Recipients message={message} />}
      </div>
      <MessageMenu message={message} conversation={conversation} />
    </header>
  )
}

/** How long the customer's last message has waited, in heat. */
export function WaitingClock({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const waited = (now - Date.parse(conversation.waiting_since!)) / 1000
  const level = conversation.overdue ? 5 : heat(waited, expectedSeconds(conversation.channel))
  return (
    <span className={`tabular inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full bg-heat-wash px-2.5 text-secondary font-medium ${HEAT_TEXT[level]}`}>
      <HeatMark level={level} />
      {t('thread.waits', { time: waitDuration(waited, language) })}
    </span>
  )
}

/** Nothing while there is nothing to choose. */
export function MessageMenu({ message, conversation, className = '-mt-1 -mr-2' }: { message: Message; conversation: Conversation; className?: string }) {
  const t = useT()
  const splitting = useSplitting()
  const mayJudge = message.can.includes('needs_answer')
  const maySplitOff = splitting !== null && splitting.chosen === null && maySplit(conversation, message)
  if (!mayJudge && !maySplitOff) return null
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={t('thread.more')} className={className}>
          <Ellipsis size={16} aria-hidden />
        </IconButton>
      }
    >
      {mayJudge && (
        <MenuItem
          label={t(message.needs_answer ? 'thread.needsNoAnswer' : 'thread.needsAnswer')}
          onSelect={() => void api.post(`/api/messages/${message.id}/needs-answer`, { value: !message.needs_answer })}
        />
      )}
      {maySplitOff && <MenuItem icon={Split} label={t('split.this')} onSelect={() => splitting.begin(message.id)} />}
    </Menu>
  )
}

function Recipients({ message }: { message: Message }) {
  const t = useT()
  const { from, to = [], cc = [], bcc = [], authentication: checked } = message.headers
  const lines: [string, MailAddress[]][] = [
    [t('mail.from'), from ? [from] : []],
    [t('mail.to'), to],
    [t('mail.cc'), cc],
    [t('mail.bcc'), bcc],
  ]
  return (
    <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 text-secondary text-ink-2">
      {lines
        .filter(([, people]) => people.length > 0)
        .map(([label, people]) => (
          <div key={label} className="contents">
            <dt className="text-ink-3">{label}</dt>
            <dd className="min-w-0 break-words">{people.map((one) => (one.name ? `${one.name} <${one.address}>` : one.address)).join(', ')}</dd>
          </div>
        ))}
      {checked && (
        <div className="contents">
          <dt className="text-ink-3">{t('origin.label')}</dt>
          <dd className="min-w-0" title={checked.sentence}>
            <Origin checked={checked} />
          </dd>
        </div>
      )}
    </dl>
  )
}

function names(people: MailAddress[]): string {
  return people.map((one) => one.name || one.address).join(', ')
}

/** What Hark has to say about a conversation: a plain line, red where a mail came back. What failed is marked where it stands. */
function SystemNote({ message }: { message: Message }) {
  const t = useT()
  const isBounce = message.kind === 'bounce' && !message.headers.erased
  const Icon = isBounce ? MailWarning : Info
  return (
    <div className={`my-2 flex items-start gap-3 rounded-card px-4 py-2 ${isBounce ? 'bg-wrong-soft' : 'bg-panel text-secondary'}`}>
      <Icon size={16} className={`mt-0.5 shrink-0 ${isBounce ? 'text-wrong' : 'text-ink-3'}`} aria-hidden />
      <div className="min-w-0 text-ink-2">
        {isBounce ? <TextBody visible={message.visible_text || message.text} quoted={message.quoted_text} /> : <p className="whitespace-pre-wrap">{message.headers.erased ? t('erase.message') : message.text}</p>}
      </div>
    </div>
  )
}
