import { useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { currencyDigits, money, parseMoney } from '../../shared/money'
import { api, Problem } from '../api/client'
import { keys } from '../api/queries'
import type { Contact } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay, useMe } from '../app/me'
import { useProblemText } from '../app/problems'
import { Button, IconButton } from '../ui/Button'
import { Field, Input } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'

/** What somebody without a company pays: it sets the price of waiting like a company's revenue does. */
export function OwnRevenue({ contact }: { contact: Contact }) {
  const t = useT()
  const language = useLanguage()
  const mayWrite = useMay('contacts.write')
  const [editing, setEditing] = useState(false)
  if (editing) return <RevenueForm contact={contact} onDone={() => setEditing(false)} />
  return (
    <p className="flex items-center gap-2 text-secondary">
      <span className="text-ink-3">{t('company.revenue')}</span>
      <span className="tabular grow text-right">
        {contact.value_minor != null && contact.currency ? t('company.perMonth', { amount: money(contact.value_minor, contact.currency, language) }) : <span className="text-ink-3">{t('company.unknown')}</span>}
      </span>
      {mayWrite && (
        <IconButton label={t('contact.editRevenue')} onClick={() => setEditing(true)} className="-mr-1">
          <Pencil size={14} aria-hidden />
        </IconButton>
      )}
    </p>
  )
}

function RevenueForm({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const t = useT()
  const say = useProblemText()
  const base = useMe().workspace.base_currency
  const currency = contact.currency ?? base
  const client = useQueryClient()
  const [problem, setProblem] = useState<unknown>(null)
  const save = async (form: FormData) => {
    const amount = parseMoney(String(form.get('revenue')), currency)
    try {
      await api.patch(`/api/contacts/${contact.id}`, { value_minor: amount, currency: amount === null ? null : currency })
      await client.invalidateQueries({ queryKey: keys.contact(contact.id) })
      void client.invalidateQueries({ queryKey: keys.lists })
      void client.invalidateQueries({ queryKey: ['conversation'] })
      onDone()
    } catch (failed) {
      setProblem(failed)
    }
  }
  return (
    <form action={save} className="flex flex-col gap-2">
      <Field label={t('company.revenueIn', { currency })} hint={t('company.revenueHint')} error={problem instanceof Problem ? problem.field('value_minor') : null}>
        {(control) => (
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to be edited
          <Input {...control} name="revenue" inputMode="decimal" autoFocus defaultValue={contact.value_minor == null ? '' : String(contact.value_minor / 10 ** currencyDigits(currency))} />
        )}
      </Field>
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div className="flex justify-end gap-2">
        <Button variant="plain" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" variant="primary">
          {t('action.save')}
        </Button>
      </div>
    </form>
  )
}
