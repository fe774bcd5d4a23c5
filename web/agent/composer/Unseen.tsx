import { Eye } from 'lucide-react'
import type { UnseenMessage } from '../api/types'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'

/** The server held the reply back: somebody wrote meanwhile. Shows what, and lets the author decide. */
export function Unseen({ messages, onSeen }: { messages: readonly UnseenMessage[]; onSeen: () => void }) {
  const t = useT()
  return (
    <div role="alert" className="mx-4 my-2 max-h-40 shrink-0 overflow-y-auto rounded-card border border-accent-line bg-accent-soft px-4 py-3">
      <div className="flex items-start gap-3">
        <Eye size={16} className="mt-0.5 shrink-0 text-accent-ink" aria-hidden />
        <div className="min-w-0 grow">
          <p className="font-medium">{t('compose.unseen', { n: messages.length })}</p>
          <p className="text-secondary text-ink-2">{t('compose.unseenText')}</p>
        </div>
        <Button onClick={onSeen}>{t('compose.unseenDone')}</Button>
      </div>
      {messages.map((message) => (
        <blockquote key={message.id} className="mt-2 border-l-2 border-accent-line pl-3 text-secondary">
          <p className="font-medium">{t(message.direction === 'in' ? 'author.customer' : 'author.agent')}</p>
          <p className="line-clamp-3 whitespace-pre-wrap text-ink-2">{message.text}</p>
        </blockquote>
      ))}
    </div>
  )
}
