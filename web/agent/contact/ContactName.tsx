import { useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Contact } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { IconButton } from '../ui/Button'
import { Input } from '../ui/Field'
import { notify } from '../ui/toasts'

/** The name, edited in its place. */
export function ContactName({ contact }: { contact: Contact }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const name = contact.name || contact.identities.find((one) => one.kind === 'email')?.value || t('visitor.unnamed')
  const save = async (form: FormData) => {
    setEditing(false)
    try {
      await api.patch(`/api/contacts/${contact.id}`, { name: String(form.get('name')).trim() || null })
      await client.invalidateQueries({ queryKey: keys.contact(contact.id) })
      void client.invalidateQueries({ queryKey: keys.lists })
    } catch (error) {
      notify({ text: say(error).title, tone: 'wrong' })
    }
  }
  if (editing) {
    return (
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- leaving the field saves it
      <form action={save} onBlur={(event) => event.currentTarget.requestSubmit()}>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to be edited */}
        <Input name="name" autoFocus defaultValue={contact.name ?? ''} aria-label={t('contact.name')} />
      </form>
    )
  }
  return (
    <p className="group flex items-center gap-1 text-thread font-strong">
      <span className="min-w-0 break-words">{name}</span>
      {contact.can.includes('write') && (
        <IconButton label={t('contact.rename')} className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100" onClick={() => setEditing(true)}>
          <Pencil size={14} aria-hidden />
        </IconButton>
      )}
    </p>
  )
}
