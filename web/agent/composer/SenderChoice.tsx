import { ChevronDown } from 'lucide-react'
import type { Endpoint } from '../api/types'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Menu, MenuItem } from '../ui/Menu'
import { senderOf } from './endpoints'

type Props = { endpoint: Endpoint | undefined; chosen: string; onChoose: (address: string) => void }

/** Which address a mail leaves from, where its mailbox has aliases. */
export function SenderChoice({ endpoint, chosen, onChoose }: Props) {
  const t = useT()
  if (!endpoint || endpoint.from_addresses.length < 2) return null
  const sender = senderOf(endpoint, chosen)
  return (
    <div className="flex min-w-0 items-center gap-1 px-4 pt-1 text-secondary text-ink-3">
      <span className="shrink-0">{t('mail.from')}</span>
      <Menu
        trigger={
          <Button variant="plain" className="min-w-0 shrink! px-1.5! text-secondary" aria-label={`${t('mail.from')} ${sender}`}>
            <span className="truncate">{sender}</span>
            <ChevronDown size={14} className="shrink-0" aria-hidden />
          </Button>
        }
      >
        {endpoint.from_addresses.map((one) => (
          <MenuItem key={one} label={one} checked={one === sender} onSelect={() => onChoose(one)} />
        ))}
      </Menu>
    </div>
  )
}
