import { Eye, PenLine } from 'lucide-react'
import { useT } from '../app/i18n'
import { useViewers, useVisitor } from '../app/live'
import { useDirectory } from '../app/me'
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

/** The last line of a row: what the visitor is just doing, else how the conversation last went on. */
export function RowPreview({ conversationId, children }: { conversationId: string; children: string }) {
  const t = useT()
  const { typing } = useVisitor(conversationId)
  return typing ? <span className="text-accent-ink">{t('visitor.typing')}</span> : children
}
