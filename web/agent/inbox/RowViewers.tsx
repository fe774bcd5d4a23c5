import { useQuery } from '@tanstack/react-query'
import { Eye, PenLine } from 'lucide-react'
import type { ReactNode } from 'react'
import { messengersQuery } from '../api/messenger'
import type { Row } from '../api/types'
import { useT } from '../app/i18n'
import { useViewers, useVisitor } from '../app/live'
import { useDirectory, useMay } from '../app/me'
import { Avatar } from '../ui/Avatar'

/** Who of the team has the conversation of a row open, with a pen when somebody writes. */
export function RowViewers({ conversationId }: { conversationId: string }) {
  const t = useT()
  const { agent } = useDirectory()
  const viewers = useViewers(conversationId)
  if (viewers.length === 0) return null
  const isTyping = viewers.some((viewer) => viewer.typing)
  const Icon = isTyping ? PenLine : Eye
  const said = viewers
    .map(({ id, typing }) => t(typing ? 'here.writes' : 'here.looks', { name: agent(id)?.name ?? t('author.agent') }))
    .join(' ')
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 ${isTyping ? 'text-accent-ink' : 'text-ink-3'}`} title={said}>
      <Icon size={13} aria-hidden />
      <span className="flex -space-x-1">
        {viewers.slice(0, 2).map(({ id }) => (
          <Avatar key={id} name={agent(id)?.name ?? '?'} picture={agent(id)?.picture_url} size={16} />
        ))}
      </span>
      {viewers.length > 2 && <span className="tabular text-[12px]">+{viewers.length - 2}</span>}
      <span className="sr-only">{said}</span>
    </span>
  )
}

/** The last line of a row: what the visitor is just doing, else how the conversation goes on. */
export function RowPreview({ row, children }: { row: Row; children: ReactNode }) {
  const t = useT()
  const { typing } = useVisitor(row.id)
  return typing ? <span className="text-accent-ink">{t('visitor.typing')}</span> : children
}

/** Where a chat without a subject is held: the name of its messenger, for those who may know it. */
export function MessengerName({ accountId }: { accountId: number }) {
  const messengers = useQuery({ ...messengersQuery, enabled: useMay('mailboxes.read') }).data
  return messengers?.find((one) => one.id === accountId)?.name ?? null
}
