import { useRef } from 'react'
import { dayAndTime } from '../../shared/time'
import type { UnseenMessage } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import type { Held } from './sending'

type Props = { held: Held | null; busy: boolean; onEdit: () => void; onSendAnyway: () => void; onDiscard: () => void }

/** The server held the reply back: somebody wrote meanwhile. Shows what, and lets the author decide. */
export function Unseen({ held, busy, onEdit, onSendAnyway, onDiscard }: Props) {
  const t = useT()
  const edit = useRef<HTMLButtonElement>(null)
  const count = held?.messages.length ?? 0
  return (
    <Dialog open={held !== null} onClose={onEdit} title={t('compose.unseen', { n: count })} focus={edit}>
      <div className="flex min-h-0 flex-col gap-4 px-6 pb-6">
        <p className="text-secondary text-ink-2">{t('compose.unseenText')}</p>
        <ol className="flex min-h-0 flex-col gap-3 overflow-y-auto">
          {held?.messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ol>
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="danger" disabled={busy} onClick={onDiscard}>
            {t('compose.unseenDiscard')}
          </Button>
          <Button disabled={busy} busy={busy} onClick={onSendAnyway}>
            {t('compose.unseenSend')}
          </Button>
          <Button ref={edit} variant="primary" onClick={onEdit}>
            {t('compose.unseenEdit')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function Message({ message }: { message: UnseenMessage }) {
  const t = useT()
  const language = useLanguage()
  const { agent } = useDirectory()
  const isCustomer = message.direction === 'in'
  const author = isCustomer ? t('author.customer') : (agent(Number(message.author_id))?.name ?? t('author.agent'))
  return (
    <li className="border-l-2 border-accent-line pl-3">
      <p className="flex gap-2 text-secondary">
        <span className="font-medium">{author}</span>
        <time dateTime={message.at} className="text-ink-3">
          {dayAndTime(Date.parse(message.at), Date.now(), language)}
        </time>
      </p>
      <p className="whitespace-pre-wrap text-ink">{message.text}</p>
    </li>
  )
}
