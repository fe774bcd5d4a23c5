import { type Key, useT } from '../app/i18n'

type Named = { name: string | null; address: string | null; erased?: boolean }

/** What a contact is called in a line: the name, else the address; one who was erased has neither. */
export function useContactName(): (contact: Named, unnamed: Key) => string {
  const t = useT()
  return (contact, unnamed) => (contact.erased ? t('erase.contact') : contact.name || contact.address || t(unnamed))
}
