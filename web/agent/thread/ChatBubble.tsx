import { Bot, CheckCheck, Mail } from 'lucide-react'
import { memo } from 'react'
import { absolute, clock, dayAndTime, sameDay } from '../../shared/time'
import type { Attachment, Conversation, Message } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'
import { Attachments } from './Attachments'
import { AuthorAvatar } from './AuthorAvatar'
import { DeliveryLine } from './DeliveryLine'
import { ErasedText, MessageMenu, WaitingClock } from './MessageCard'
import { TextBody } from './TextBody'

type Props = { message: Message; conversation: Conversation; first: boolean; last: boolean; isWaiting: boolean; isLastRead: boolean; /** when the customer read it, as far as that is known */ readAt: string | null }

/** What was said in a chat: the customer on the left, the team on the right; what one person said in a row stands together. */
export const ChatBubble = memo(function ChatBubble({ message, conversation, first, last, isWaiting, isLastRead, readAt }: Props) {
  const t = useT()
  const language = useLanguage()
  const isOurs = message.direction === 'out'
  const name = message.author.name || t(message.headers.erased && message.author.kind === 'customer' ? 'erase.contact' : message.author.kind === 'customer' ? 'visitor.unnamed' : `author.${message.author.kind}`)
  const pictures = message.attachments.filter((file) => isPicture(file))
  const voices = message.attachments.filter((file) => file.content_type.startsWith('audio/'))
  const others = message.attachments.filter((file) => !pictures.includes(file) && !voices.includes(file))
  return (
    <article aria-label={t('thread.messageBy', { name })} className={`group flex gap-2 ${isOurs ? 'flex-row-reverse' : ''} ${first ? 'pt-3' : 'pt-0.5'}`}>
      <span className="w-6 shrink-0">{first && <AuthorAvatar message={message} size={24} />}</span>
      <div className={`flex max-w-[min(78%,60ch)] min-w-0 flex-col gap-1 ${isOurs ? 'items-end' : 'items-start'}`}>
        {first && (
          <p className="flex h-6 items-center gap-1 text-secondary text-ink-3">
            {isOurs && message.author.kind === 'rule' && <Bot size={12} aria-label={t('thread.byRule', { name })} />}
            {message.kind === 'auto_reply' && <Bot size={12} aria-label={t('thread.autoReply')} />}
            <span className="truncate">{name}</span>
          </p>
        )}
        {message.headers.erased && (
          <div className={`max-w-full border border-dashed border-line-strong px-3.5 py-2 ${corners(isOurs, first, last)}`}>
            <ErasedText />
          </div>
        )}
        {message.text.trim() !== '' && (
          <div className={`max-w-full px-3.5 py-2 ${corners(isOurs, first, last)} ${isOurs ? 'bg-accent-soft' : 'border border-line bg-panel'}`} title={absolute(message.at, language)}>
            <TextBody visible={message.text} quoted={null} />
          </div>
        )}
        {pictures.map((file) => (
          <Picture key={file.id} file={file} />
        ))}
        {voices.map((file) => (
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- a voice note of a customer has none
          <audio key={file.id} controls preload="metadata" src={`/api/attachments/${file.id}?inline=true`} aria-label={t('chat.voice')} className="h-10 w-72 max-w-full" />
        ))}
        <Attachments files={others} />
        <DeliveryLine message={message} />
        <Foot message={message} conversation={conversation} last={last} isWaiting={isWaiting} isLastRead={isLastRead} readAt={readAt} />
      </div>
      <span className={`flex items-center self-center opacity-0 group-hover:opacity-100 focus-within:opacity-100 has-data-popup-open:opacity-100 ${last ? 'pointer-coarse:opacity-100' : ''}`}>
        <MessageMenu message={message} conversation={conversation} className="" />
      </span>
    </article>
  )
})

function Foot({ message, conversation, last, isWaiting, isLastRead, readAt }: Omit<Props, 'first'>) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  if (!last && !isLastRead && !isWaiting && !message.by_mail) return null
  return (
    <p className="tabular flex h-5 items-center gap-2 text-secondary text-ink-3">
      <time dateTime={message.at} title={absolute(message.at, language)}>
        {clock(message.at, language)}
      </time>
      {isLastRead && (
        <span className="inline-flex items-center gap-1">
          <CheckCheck size={14} aria-hidden />
          {t('chat.seen')}
          {readAt && (
            <time dateTime={readAt} title={absolute(readAt, language)}>
              {sameDay(readAt, message.at) ? clock(readAt, language) : dayAndTime(readAt, now, language)}
            </time>
          )}
        </span>
      )}
      {message.by_mail && message.delivery === 'sent' && (
        <span className="inline-flex items-center gap-1">
          <Mail size={14} aria-hidden />
          {t('chat.byMail')}
        </span>
      )}
      {isWaiting && conversation.waiting_since && <WaitingClock conversation={conversation} />}
    </p>
  )
}

/** A picture at a fixed height, so that nothing moves when it has loaded; a click shows it whole. */
function Picture({ file }: { file: Attachment }) {
  const address = `/api/attachments/${file.id}?inline=true`
  return (
    <a href={address} target="_blank" rel="noopener" className="block max-w-full">
      <img src={address} alt={file.name} loading="lazy" className="h-48 max-w-full rounded-[12px] border border-line bg-panel object-contain" />
    </a>
  )
}

/** Types a browser shows and the server gives out to be shown. */
function isPicture(file: Attachment): boolean {
  return /^image\/(?:png|jpeg|gif|webp)$/.test(file.content_type)
}

function corners(isOurs: boolean, first: boolean, last: boolean): string {
  if (isOurs) return `rounded-[16px] ${first ? '' : 'rounded-tr-[5px]'} ${last ? '' : 'rounded-br-[5px]'}`
  return `rounded-[16px] ${first ? '' : 'rounded-tl-[5px]'} ${last ? '' : 'rounded-bl-[5px]'}`
}
