import { useState } from 'preact/hooks'
import { Refusal } from './api'
import type { Words } from './i18n'
import { formBegun, saveContact } from './messenger'
import type { Hours, Inbox, PrechatField, Visitor } from './protocol'

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** The fields a workspace wants before the first message. */
export function Ask({ words, fields, onDone }: { words: Words; fields: PrechatField[]; onDone: () => void }) {
  const { t } = words
  const [values, setValues] = useState<Record<string, string>>({})
  const [problems, setProblems] = useState<Record<string, string>>({})

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const found = Object.fromEntries(fields.map(({ field, required }) => [field, problem(field, values[field]?.trim() ?? '', required, words)]))
    setProblems(found)
    if (Object.values(found).some(Boolean)) return
    const [name, address] = [values.name?.trim(), values.email?.trim()]
    try {
      if (name || address) await saveContact({ ...(name ? { name } : {}), ...(address ? { address } : {}) })
      onDone()
    } catch (error) {
      setProblems({ form: refused(error, words) })
    }
  }

  return (
    <form class="ask" noValidate onSubmit={submit} onInput={formBegun}>
      <h2>{t('prechat')}</h2>
      {fields.map(({ field, required }, at) => (
        <label key={field}>
          <span>
            {t(field)} {!required && <small>({t('optional')})</small>}
          </span>
          <input
            {...(field === 'email' ? { type: 'email' as const } : { type: 'text' as const })}
            autoComplete={field}
            required={required}
            data-first={at === 0 ? '' : undefined}
            aria-invalid={!!problems[field]}
            aria-describedby={problems[field] ? `problem-${field}` : undefined}
            value={values[field] ?? ''}
            onInput={(event) => setValues({ ...values, [field]: event.currentTarget.value })}
          />
          {problems[field] && <span id={`problem-${field}`} class="wrong" role="alert">{problems[field]}</span>}
        </label>
      ))}
      {problems.form && <p class="wrong" role="alert">{problems.form}</p>}
      <button type="submit" class="primary">{t('next')}</button>
    </form>
  )
}

/** Nobody waits in vain: with nobody there (or always, as set) the messenger asks where the answer shall go. */
export function EmailAsk({ words, inbox, hours, visitor }: { words: Words; inbox: Inbox; hours: Hours; visitor: Visitor }) {
  const { t } = words
  const [saved, setSaved] = useState('')
  const isWanted = inbox.ask_email_when === 'always' || (inbox.ask_email_when === 'away' && !hours.open)
  if (saved) return <li class="event" role="status">{t('emailSaved', { address: saved })}</li>
  if (!isWanted || visitor.address) return null
  return (
    <li class="asks">
      <p>{t('askEmail')}</p>
      <AddressForm words={words} onSave={async (address) => { await saveContact({ address }); setSaved(address) }} />
    </li>
  )
}

export function AddressForm({ words, onSave }: { words: Words; onSave: (address: string) => Promise<void> }) {
  const { t } = words
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState('')

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const found = problem('email', address.trim(), true, words)
    setWrong(found)
    if (found) return
    try {
      await onSave(address.trim())
    } catch (error) {
      setWrong(refused(error, words))
    }
  }

  return (
    <form class="address" noValidate onSubmit={submit}>
      <input type="email" autoComplete="email" aria-label={t('email')} placeholder={t('email')} aria-invalid={!!wrong} value={address} onInput={(event) => setAddress(event.currentTarget.value)} />
      <button type="submit" class="secondary">{t('save')}</button>
      {wrong && <span class="wrong" role="alert">{wrong}</span>}
    </form>
  )
}

/** What is wrong with one field, else ''. */
export function problem(field: 'name' | 'email', value: string, required: boolean, { t }: Words): string {
  if (!value) return required ? t('required') : ''
  return field === 'email' && !ADDRESS.test(value) ? t('emailWrong') : ''
}

/** The server knows addresses better than the pattern here. */
function refused(error: unknown, { t }: Words): string {
  return t(error instanceof Refusal && error.status === 400 ? 'emailWrong' : 'notSaved')
}
