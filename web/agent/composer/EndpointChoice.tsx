import { ChevronDown, Mail, MessageCircle } from 'lucide-react'
import type { Conversation, Endpoint } from '../api/types'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Menu, MenuItem } from '../ui/Menu'
import { answerable, isChat, partiesOf } from './endpoints'

type Props = { conversation: Conversation; chosen: Endpoint | undefined; onChoose: (id: string) => void }

/** Where the reply goes, when the customer is reached in more than one way. */
export function EndpointChoice({ conversation, chosen, onChoose }: Props) {
  const t = useT()
  const open = answerable(conversation)
  if (open.length < 2 || !chosen) return null
  const label = (one: Endpoint) => (isChat(one) ? t('compose.inChat') : t('compose.byMail', { address: partiesOf(one) }))
  return (
    <div className="flex min-w-0 items-center gap-1 px-4 pt-1 text-secondary text-ink-3">
      <span className="shrink-0">{t('compose.answerIn')}</span>
      <Menu
        trigger={
          <Button variant="plain" className="min-w-0 shrink! px-1.5! text-secondary" aria-label={`${t('compose.answerIn')} ${label(chosen)}`}>
            <span className="truncate">{label(chosen)}</span>
            <ChevronDown size={14} className="shrink-0" aria-hidden />
          </Button>
        }
      >
        {open.map((one) => (
          <MenuItem
            key={one.id}
            icon={isChat(one) ? MessageCircle : Mail}
            label={label(one)}
            hint={one.live ? t('visitor.here') : undefined}
            checked={one.id === chosen.id}
            onSelect={() => onChoose(one.id)}
          />
        ))}
      </Menu>
    </div>
  )
}
