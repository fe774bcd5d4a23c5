import { useQueryClient } from '@tanstack/react-query'
import { Building2, Pencil, Star } from 'lucide-react'
import { useState } from 'react'
import { currencyDigits, money, parseMoney } from '../../shared/money'
import { api, Problem } from '../api/client'
import { keys } from '../api/queries'
import type { Company, Contact } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay, useMe } from '../app/me'
import { useProblemText } from '../app/problems'
import { Button, IconButton } from '../ui/Button'
import { Field, Input } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { OwnRevenue } from './OwnRevenue'

/** The company and what it pays: the figure that sets the price of waiting. */
export function CompanyCard({ contact }: { contact: Contact }) {
  const t = useT()
  const mayWrite = useMay('contacts.write')
  const [editing, setEditing] = useState(false)
  const company = contact.company
  if (editing) return <CompanyForm contact={contact} onDone={() => setEditing(false)} />
  if (!company) {
    return (
      <section aria-label={t('company.label')} className="flex flex-col gap-2 rounded-card border border-dashed border-line-strong p-3">
        {contact.value_minor == null && <p className="text-secondary text-ink-3">{t('company.none')}</p>}
        <OwnRevenue contact={contact} />
        {mayWrite && (
          <Button className="self-start" onClick={() => setEditing(true)}>
            <Building2 size={16} aria-hidden />
            {t('company.add')}
          </Button>
        )}
      </section>
    )
  }
  return (
    <section aria-label={t('company.label')} className="rounded-card border border-line bg-paper p-3">
      <div className="flex items-start gap-2">
        <Building2 size={16} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
        <p className="min-w-0 grow font-medium break-words">{company.name}</p>
        {mayWrite && (
          <IconButton label={t('company.edit')} onClick={() => setEditing(true)} className="-mt-1 -mr-1">
            <Pencil size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      <Facts company={company} />
    </section>
  )
}

function Facts({ company }: { company: Company }) {
  const t = useT()
  const language = useLanguage()
  return (
    <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 text-secondary">
      <dt className="text-ink-3">{t('company.revenue')}</dt>
      <dd className="tabular text-right">
        {company.value_minor !== null && company.currency ? (
          t('company.perMonth', { amount: money(company.value_minor, company.currency, language) })
        ) : (
          <span className="text-ink-3">{t('company.unknown')}</span>
        )}
      </dd>
      {company.plan && (
        <>
          <dt className="text-ink-3">{t('company.plan')}</dt>
          <dd className="min-w-0 truncate text-right">{company.plan}</dd>
        </>
      )}
      {company.vip && (
        <>
          <dt className="text-ink-3">{t('company.vip')}</dt>
          <dd className="text-right">
            <Star size={14} className="inline fill-current text-accent-ink" aria-label={t('company.vip')} />
          </dd>
        </>
      )}
      {company.customer_since && (
        <>
          <dt className="text-ink-3">{t('company.since')}</dt>
          <dd className="tabular text-right">{new Date(`${company.customer_since}T00:00`).toLocaleDateString(language, { dateStyle: 'medium' })}</dd>
        </>
      )}
      {company.renewal_on && (
        <>
          <dt className="text-ink-3">{t('company.renewal')}</dt>
          <dd className="tabular text-right">{new Date(`${company.renewal_on}T00:00`).toLocaleDateString(language, { dateStyle: 'medium' })}</dd>
        </>
      )}
      {company.domain && (
        <>
          <dt className="text-ink-3">{t('company.domain')}</dt>
          <dd className="min-w-0 truncate text-right">{company.domain}</dd>
        </>
      )}
    </dl>
  )
}

function CompanyForm({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const base = useMe().workspace.base_currency
  const company = contact.company
  const currency = company?.currency ?? base
  const [problem, setProblem] = useState<unknown>(null)

  const save = async (form: FormData) => {
    const amount = parseMoney(String(form.get('revenue')), currency)
    const body = {
      name: String(form.get('name')).trim(),
      value_minor: amount,
      currency: amount === null ? null : currency,
      renewal_on: String(form.get('renewal')) || null,
      plan: String(form.get('plan')).trim() || null,
      customer_since: String(form.get('since')) || null,
      vip: form.get('vip') === 'on',
    }
    try {
      if (company) await api.patch(`/api/companies/${company.id}`, body)
      else {
        const created = await api.post<Company>('/api/companies', body)
        await api.patch(`/api/contacts/${contact.id}`, { company_id: created.id })
      }
      await client.invalidateQueries({ queryKey: keys.contact(contact.id) })
      void client.invalidateQueries({ queryKey: keys.lists })
      void client.invalidateQueries({ queryKey: ['conversation'] })
      onDone()
    } catch (error) {
      setProblem(error)
    }
  }
  const field = (path: string) => (problem instanceof Problem ? problem.field(path) : null)
  return (
    <form action={save} className="flex flex-col gap-3 rounded-card border border-line bg-paper p-3">
      <Field label={t('company.name')} error={field('name')}>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to be edited */}
        {(control) => <Input {...control} name="name" required autoFocus defaultValue={company?.name ?? ''} />}
      </Field>
      <Field label={t('company.revenueIn', { currency })} hint={t('company.revenueHint')} error={field('value_minor')}>
        {(control) => (
          <Input {...control} name="revenue" inputMode="decimal" defaultValue={company?.value_minor == null ? '' : String(company.value_minor / 10 ** currencyDigits(currency))} />
        )}
      </Field>
      <Field label={t('company.renewal')} error={field('renewal_on')}>
        {(control) => <Input {...control} name="renewal" type="date" defaultValue={company?.renewal_on ?? ''} />}
      </Field>
      <Field label={t('company.plan')} hint={t('company.planHint')} error={field('plan')}>
        {(control) => <Input {...control} name="plan" maxLength={80} defaultValue={company?.plan ?? ''} />}
      </Field>
      <Field label={t('company.since')} error={field('customer_since')}>
        {(control) => <Input {...control} name="since" type="date" defaultValue={company?.customer_since ?? ''} />}
      </Field>
      <label className="flex items-start gap-2 text-secondary">
        <input type="checkbox" name="vip" defaultChecked={company?.vip} className="mt-0.5 size-4 shrink-0 accent-accent" />
        {t('company.vipText')}
      </label>
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
