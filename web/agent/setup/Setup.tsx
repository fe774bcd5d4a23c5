import { useQueryClient } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { api, Problem, setCsrfToken } from '../api/client'
import { keys, setupQuery } from '../api/queries'
import type { Me } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { MailboxForm } from '../settings/mailboxes/MailboxForm'
import { OAuthNew } from '../settings/mailboxes/OAuthSignIn'
import { Button } from '../ui/Button'
import { Field, Input, Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { Door } from './Door'

const CURRENCIES = ['EUR', 'USD', 'GBP', 'KRW', 'CHF', 'JPY', 'CAD', 'AUD', 'SEK', 'PLN']

type Values = { workspace: string; currency: string; zone: string; name: string; email: string; password: string }

/** First run: the workspace, its first person, its first mailbox. The first two are stored together. */
export default function Setup({ me }: { me: Me | null }) {
  const t = useT()
  const language = useLanguage()
  const client = useQueryClient()
  const [step, setStep] = useState(me ? 2 : 0)
  const [values, setValues] = useState<Values>({
    workspace: '', currency: language === 'ko' ? 'KRW' : 'EUR', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, name: '', email: '', password: '',
  })
  const take = (form: FormData) => ({ ...values, ...(Object.fromEntries(form) as Partial<Values>) })

  const create = async (all: Values) => {
    const created = await api.post<Me>('/api/setup', {
      workspace: { name: all.workspace.trim(), locale: language, time_zone: all.zone, base_currency: all.currency },
      admin: { name: all.name.trim(), email: all.email.trim(), password: all.password },
    })
    setCsrfToken(created.csrf_token)
    navigate({ page: 'setup' }, { search: '', replace: true })
    client.setQueryData(keys.me, created)
    client.setQueryData(setupQuery.queryKey, { needed: false })
    setStep(2)
  }
  const finish = () => navigate({ page: 'inbox', conversation: null }, { search: '' })
  return (
    <Door title={t(`setup.title${step as 0 | 1 | 2}`)} text={t(`setup.text${step as 0 | 1 | 2}`)} wide>
      <Steps current={step} />
      {step === 0 && (
        <StepForm onSubmit={async (form) => (setValues(take(form)), setStep(1))} submit={t('action.next')}>
          {() => <WorkspaceFields values={values} />}
        </StepForm>
      )}
      {step === 1 && (
        <StepForm onSubmit={(form) => create(take(form))} submit={t('setup.create')} onBack={() => setStep(0)}>
          {(problem) => <PersonFields values={values} problem={problem} />}
        </StepForm>
      )}
      {step === 2 && (
        <>
          <OAuthNew onDone={finish} />
          <MailboxForm onSaved={finish} onCancel={finish} cancelLabel={t('setup.later')} />
        </>
      )}
    </Door>
  )
}

function Steps({ current }: { current: number }) {
  const t = useT()
  return (
    <ol className="mb-6 flex gap-2">
      {([0, 1, 2] as const).map((step) => (
        <li key={step} aria-current={step === current ? 'step' : undefined} className="flex flex-1 flex-col gap-1 text-secondary text-ink-3 aria-[current]:text-ink">
          <span className={`h-1 rounded-full ${step <= current ? 'bg-accent' : 'bg-line'}`} />
          <span className="flex items-center gap-1">
            {step < current && <Check size={12} className="text-done" aria-hidden />}
            {t(`setup.step${step}`)}
          </span>
        </li>
      ))}
    </ol>
  )
}

type StepProps = { onSubmit: (form: FormData) => Promise<unknown>; submit: string; onBack?: () => void; children: (problem: Problem | null) => ReactNode }

function StepForm({ onSubmit, submit, onBack, children }: StepProps) {
  const t = useT()
  const say = useProblemText()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const send = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      await onSubmit(new FormData(event.currentTarget))
    } catch (error) {
      setProblem(error)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-4">
      {problem !== null && <ErrorNote {...say(problem)} />}
      {children(problem instanceof Problem ? problem : null)}
      <div className="mt-2 flex justify-end gap-2">
        {onBack && (
          <Button variant="plain" onClick={onBack}>
            {t('action.back')}
          </Button>
        )}
        <Button type="submit" variant="primary" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  )
}

function WorkspaceFields({ values }: { values: Values }) {
  const t = useT()
  const zones = Intl.supportedValuesOf('timeZone')
  return (
    <>
      <Field label={t('setup.workspace')} hint={t('setup.workspaceHint')}>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the first field of the first page */}
        {(control) => <Input {...control} name="workspace" required autoFocus defaultValue={values.workspace} />}
      </Field>
      <div className="grid grid-cols-2 gap-4 max-[480px]:grid-cols-1">
        <Field label={t('setup.zone')} hint={t('setup.zoneHint')}>
          {(control) => (
            <Select {...control} name="zone" defaultValue={values.zone}>
              {[...new Set([values.zone, ...zones])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('setup.currency')} hint={t('setup.currencyHint')}>
          {(control) => (
            <Select {...control} name="currency" defaultValue={values.currency}>
              {CURRENCIES.map((currency) => (
                <option key={currency}>{currency}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
    </>
  )
}

function PersonFields({ values, problem }: { values: Values; problem: Problem | null }) {
  const t = useT()
  return (
    <>
      <Field label={t('setup.name')} error={problem?.field('admin.name')}>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the first field of the page */}
        {(control) => <Input {...control} name="name" autoComplete="name" required autoFocus defaultValue={values.name} />}
      </Field>
      <Field label={t('signIn.email')} error={problem?.field('admin.email')}>
        {(control) => <Input {...control} name="email" type="email" autoComplete="username" required defaultValue={values.email} />}
      </Field>
      <Field label={t('signIn.password')} hint={t('setup.passwordHint')} error={problem?.field('admin.password')}>
        {(control) => <Input {...control} name="password" type="password" autoComplete="new-password" required minLength={10} />}
      </Field>
    </>
  )
}
