import { memo } from 'react'
import { heat } from '../../shared/heat'
import { money } from '../../shared/money'
import { absolute, moment, shortDuration, waitDuration } from '../../shared/time'
import type { Row } from '../api/types'
import { ChannelGlyph, expectedSeconds } from '../app/Channel'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Avatar } from '../ui/Avatar'
import { Chip } from '../ui/Chip'
import { HEAT_TEXT, HeatMark } from '../ui/HeatMark'
import { Tip } from '../ui/Tip'
import type { Order } from './filter'
import { useContactName } from '../contact/name'
import { PromiseChip } from './PromiseChip'
import { MessengerName, RowPreview, RowViewers } from './RowViewers'

type Props = { row: Row; gone: boolean; open: boolean; order: Order }

/** Three lines: who and how long; what about and what it costs; how it began and who has it. */
export const ListRow = memo(function ListRow({ row, gone, open }: Props) {
  const t = useT()
  const { agent } = useDirectory()
  const assignee = agent(row.assignee_id)
  const name = useContactName()(row.contact, row.channel === 'messenger' ? 'visitor.unnamed' : 'contact.unknown')
  // A chat has no subject: its last words stand there instead, once.
  const isUntitled = row.channel === 'messenger' && !row.subject
  const follow = (event: React.MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    navigate({ page: 'inbox', conversation: row.id })
  }
  return (
    <a
      href={href({ page: 'inbox', conversation: row.id }) + location.search}
      onClick={follow}
      aria-current={open || undefined}
      className={`group relative flex h-full flex-col justify-center gap-0.5 border-b border-line px-4 text-ink no-underline outline-offset-[-2px] hover:bg-hover aria-[current]:bg-accent-soft ${gone ? 'opacity-50' : ''}`}
    >
      <span className="flex items-center gap-2">
        <ChannelGlyph channel={row.channel} />
        <span className={`min-w-0 grow truncate ${row.unread ? 'font-strong' : 'text-ink-2'}`}>
          {name}
          {row.unread && <span className="sr-only"> ({t('list.unread')})</span>}
        </span>
        <Waiting row={row} />
      </span>
      <span className="flex items-center gap-2">
        <span className={`min-w-0 grow truncate ${row.unread ? 'font-medium' : ''}`}>{row.contact.erased && !row.subject ? t('erase.subject') : isUntitled ? row.preview || t('chat.attachment') : row.subject || t('list.noSubject')}</span>
        <Price row={row} />
      </span>
      <span className="flex h-5 items-center gap-2 text-secondary text-ink-3">
        <span className="min-w-0 grow truncate">
          {gone ? t(`status.${statusName(row.status)}`) : <RowPreview row={row}>{isUntitled ? <MessengerName accountId={row.account_id} /> : row.preview}</RowPreview>}
        </span>
        <RowViewers conversationId={row.id} />
        <PromiseChip row={row} />
        <Chips row={row} />
        {assignee && <Avatar name={assignee.name} picture={assignee.picture_url} size={20} title={t('list.assignedTo', { name: assignee.name })} />}
      </span>
    </a>
  )
})

/** Time waiting in heat; where nobody waits, when the last message came. */
export function Waiting({ row }: { row: Row }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  if (!row.waiting_since) {
    return (
      <time className="tabular shrink-0 text-secondary text-ink-3" dateTime={row.last_message_at} title={absolute(row.last_message_at, language)}>
        {waited(now, row.last_message_at) < 60 ? t('list.now') : shortDuration(waited(now, row.last_message_at), language)}
      </time>
    )
  }
  const seconds = waited(now, row.waiting_since)
  const level = row.overdue ? 5 : heat(seconds, expectedSeconds(row.channel))
  return (
    <span
      className={`tabular inline-flex shrink-0 items-center gap-1 text-secondary font-medium ${HEAT_TEXT[level]}`}
      title={t('list.waitingSince', { time: absolute(row.waiting_since, language) })}
    >
      <HeatMark level={level} />
      <span className="sr-only">{t('list.waiting')}</span>
      {waitDuration(seconds, language)}
    </span>
  )
}

function waited(now: number, since: string): number {
  return (now - Date.parse(since)) / 1000
}

export function Price({ row }: { row: Row }) {
  const t = useT()
  const language = useLanguage()
  if (row.price_per_hour_minor === null) return null
  const text =
    row.price_basis === 'job' && row.price_per_job_minor !== null
      ? t('price.perJob', { price: money(row.price_per_job_minor, row.currency, language) })
      : t('price.perHour', { price: money(row.price_per_hour_minor, row.currency, language) })
  return (
    <Tip label={row.reason?.text ?? t('price.explained')} side="right">
      <span className="tabular shrink-0 text-secondary text-ink-2">
        {row.price_assumed && <span title={t('price.assumed')}>≈ </span>}
        {text}
        {row.reason && <span className="sr-only">. {row.reason.text}</span>}
      </span>
    </Tip>
  )
}

/** At most two: what is unusual about the case first, then its tags. */
function Chips({ row }: { row: Row }) {
  const t = useT()
  const { tag, team } = useDirectory()
  const names = [
    row.severity === 3 ? t('severity.3') : row.severity === 2 ? t('severity.2') : null,
    row.assignee_id === null ? (team(row.team_id)?.name ?? null) : null,
    ...row.tag_ids.map((id) => tag(id)?.name ?? null),
  ].filter((name) => name !== null)
  // The countdown is a chip as well, and at most two stand in a row.
  return names.slice(0, row.promise && row.promise.state !== 'paused' ? 1 : 2).map((name) => <Chip key={name}>{name}</Chip>)
}

export function statusName(status: Row['status']): 'open' | 'waiting' | 'snoozed' | 'resolved' | 'spam' | 'merged' {
  return (['open', 'waiting', 'snoozed', 'resolved', 'spam', 'merged'] as const)[status]
}

/** When the last message came, in words, for narrow rows of the customer pane. */
export function LastMessage({ row }: { row: Row }) {
  const language = useLanguage()
  const now = useNow()
  return (
    <time dateTime={row.last_message_at} title={absolute(row.last_message_at, language)}>
      {moment(row.last_message_at, now, language)}
    </time>
  )
}
