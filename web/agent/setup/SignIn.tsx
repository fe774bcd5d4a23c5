import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Me } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { Field, Input } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { Door } from './Door'

export function SignIn() {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)

  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(null)
    try {
      const me = await api.post<Me>('/api/session', { email: String(form.get('email')).trim(), password: form.get('password') })
      client.setQueryData(keys.me, me)
    } catch (error) {
      setProblem(error)
      setBusy(false)
    }
  }
  return (
    <Door title={t('signIn.title')}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {problem !== null && <ErrorNote {...say(problem)} />}
        <Field label={t('signIn.email')}>
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the only thing to do here */}
          {(control) => <Input {...control} name="email" type="email" autoComplete="username" required autoFocus />}
        </Field>
        <Field label={t('signIn.password')}>
          {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required />}
        </Field>
        <Button type="submit" variant="primary" busy={busy} className="mt-2 h-9 w-full">
          {t('signIn.submit')}
        </Button>
        <p className="text-center text-secondary text-ink-3">{t('signIn.forgot')}</p>
      </form>
    </Door>
  )
}
