import type { Conversation } from '../api/types'
import { useT } from '../app/i18n'
import { useVisitor } from '../app/live'

/** The visitor is just writing: three dots where their next bubble will stand. Its room is kept, so that nothing jumps. */
export function VisitorTyping({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { typing } = useVisitor(conversation.id)
  if (!conversation.endpoints.some((endpoint) => endpoint.channel === 'messenger')) return null
  return (
    <div className="flex h-11 items-end pl-8" role="status">
      {typing && (
        <span className="fade-in inline-flex h-9 items-center gap-1 rounded-[16px] border border-line bg-panel px-3.5">
          <span className="sr-only">{t('visitor.typing')}</span>
          {[0, 1, 2].map((dot) => (
            <span key={dot} className="typing-dot size-1.5 rounded-full bg-ink-3" />
          ))}
        </span>
      )}
    </div>
  )
}
