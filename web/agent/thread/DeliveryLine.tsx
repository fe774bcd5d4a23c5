import { CircleAlert } from 'lucide-react'
import type { Message } from '../api/types'
import { useT } from '../app/i18n'

/** Where a reply stands on its way, as long as there is anything to say about it. */
export function DeliveryLine({ message }: { message: Message }) {
  const t = useT()
  if (message.direction !== 'out' || message.kind !== 'message') return null
  if (message.delivery === 'failed' || message.delivery === 'unknown') {
    return (
      <p className="mt-2 flex items-center gap-1.5 text-secondary font-medium text-wrong">
        <CircleAlert size={14} aria-hidden />
        {t(`delivery.${message.delivery}`)}
      </p>
    )
  }
  const isOnItsWay = message.delivery === 'ready' || message.delivery === 'sending'
  if (!isOnItsWay && !message.keeps_ball) return null
  return (
    <p className="mt-2 text-secondary text-ink-3">
      {isOnItsWay ? t('delivery.sending') : null}
      {message.keeps_ball ? `${isOnItsWay ? ' · ' : ''}${t('thread.keepsBall')}` : null}
    </p>
  )
}
