import { Article } from './Bot'
import { Face } from './Face'
import { absolute, bytes, clock, type Words } from './i18n'
import { Icon } from './Icon'
import { discard, retry } from './messenger'
import type { Lined } from './lines'
import type { Pending } from './outbox'
import type { Attachment } from './protocol'

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g

type Props = Omit<Lined, 'day'> & { receipt: string; words: Words }

export function Bubble({ message, isNamed, isLast, receipt, words }: Props) {
  if (message.from === 'system') return <li class="event">{message.text}</li>
  const isOwn = message.from === 'you'
  return (
    <li class={`said ${isOwn ? 'own' : 'theirs'}${isLast ? ' end' : ''}`}>
      <span class="sr">{isOwn ? words.t('you') : message.name || words.t('team')}</span>
      {!isOwn && isNamed && (
        <span class="who">
          <span aria-hidden="true">{message.name || words.t('team')}</span>
          {message.bot && <b>{words.t('bot')}</b>}
        </span>
      )}
      {!isOwn && isLast && <Face name={message.name || words.t('team')} picture={message.picture_url} />}
      {message.bot?.article ? (
        <Article bot={message.bot} />
      ) : (
        <Body text={message.text} attachments={message.attachments} words={words} title={absolute(message.at, words.language)} />
      )}
      {isLast && (
        <span class="state">
          <time dateTime={message.at}>{clock(message.at, words.language)}</time>
          {receipt && ` · ${receipt}`}
        </span>
      )}
    </li>
  )
}

/** A message the server does not have yet. */
export function PendingBubble({ message, words }: { message: Pending; words: Words }) {
  const { t } = words
  return (
    <li class="said own end waiting">
      <span class="sr">{t('you')}</span>
      <Body text={message.text} attachments={message.attachments} words={words} title={absolute(message.at, words.language)} />
      {message.state === 'failed' ? (
        <span class="state wrong" role="alert">
          {t('failed')}{' '}
          <button type="button" class="link" onClick={() => retry(message.id)}>{t('retry')}</button>
          <button type="button" class="link" onClick={() => discard(message.id)}>{t('discard')}</button>
        </span>
      ) : (
        <span class="state">{t(message.tries > 1 ? 'notYet' : 'sending')}</span>
      )}
    </li>
  )
}

function Body({ text, attachments, words, title }: { text: string; attachments: Attachment[]; words: Words; title: string }) {
  return (
    <>
      {text && <div class="bubble" title={title} dir="auto">{linked(text)}</div>}
      {attachments.map((one) => (
        <File key={one.id} file={one} words={words} />
      ))}
    </>
  )
}

function File({ file, words }: { file: Attachment; words: Words }) {
  if (file.content_type.startsWith('audio/')) {
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- a voice note has none
    return <audio controls preload="metadata" src={file.url} aria-label={file.name} />
  }
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.content_type)) {
    return (
      <a class="picture" href={file.url} target="_blank" rel="noopener noreferrer">
        <img src={file.url} alt={file.name} loading="lazy" />
      </a>
    )
  }
  return (
    <a class="file" href={file.url} target="_blank" rel="noopener noreferrer" download={file.name}>
      <Icon name="file" />
      <span>{file.name}</span>
      <small>{bytes(file.size, words.language)}</small>
    </a>
  )
}

/** Addresses become links, everything else stays text. */
export function linked(text: string) {
  const parts = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index))
    parts.push(<a href={match[0]} target="_blank" rel="noopener noreferrer nofollow">{match[0]}</a>)
    end = match.index + match[0].length
  }
  return [...parts, text.slice(end)]
}
