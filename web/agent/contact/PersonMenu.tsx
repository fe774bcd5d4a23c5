import { Download, Ellipsis, UserX } from 'lucide-react'
import { useState } from 'react'
import type { Contact } from '../api/types'
import { useT } from '../app/i18n'
import { IconButton } from '../ui/Button'
import { Menu, MenuItem, MenuLine } from '../ui/Menu'
import { EraseDialog } from './EraseDialog'

/** The person's rights: everything that is kept of them, and being forgotten. Nothing for who may do neither. */
export function PersonMenu({ contact }: { contact: Contact }) {
  const t = useT()
  const [asking, setAsking] = useState(false)
  const mayExport = contact.can.includes('export')
  const mayErase = contact.can.includes('erase')
  if (!mayExport && !mayErase) return null
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={t('person.menu')}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        {mayExport && <MenuItem icon={Download} label={t('person.export')} onSelect={() => location.assign(exportUrl(contact))} />}
        {mayExport && mayErase && <MenuLine />}
        {mayErase && <MenuItem icon={UserX} label={<span className="text-wrong">{t('person.erase')}</span>} onSelect={() => setAsking(true)} />}
      </Menu>
      {mayErase && <EraseDialog contact={contact} open={asking} onClose={() => setAsking(false)} />}
    </>
  )
}

/** A download: the page stays where it is. */
export function exportUrl(contact: Contact): string {
  return `/api/contacts/${contact.id}/export`
}
