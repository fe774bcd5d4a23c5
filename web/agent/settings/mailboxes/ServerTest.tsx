import { CircleAlert, CircleCheck, Loader, PlugZap } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { ImapServer, MailboxTest, SmtpServer } from '../../api/types'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { ErrorNote } from '../../ui/Notice'

type Servers = { imap?: ImapServer | null; smtp?: SmtpServer | null }

/** Tries the servers of the form it stands in, for real, and says what each answered. `id`: whose stored passwords count. */
export function ServerTest({ id, read }: { id: number | null; read: (form: FormData) => Servers }) {
  const t = useT()
  const say = useProblemText()
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<MailboxTest | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const test = async (form: HTMLFormElement | null) => {
    if (!form?.reportValidity()) return
    setBusy(true)
    setProblem(null)
    setResult(null)
    try {
      setResult(await api.post<MailboxTest>('/api/mailboxes/test', { ...read(new FormData(form)), id }))
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  return (
    <div className="flex flex-col items-start gap-2">
      <Button onClick={(event) => void test(event.currentTarget.form)} busy={busy}>
        <PlugZap size={16} aria-hidden />
        {t('mailbox.test')}
      </Button>
      <div aria-live="polite" className="flex w-full flex-col gap-2">
        {busy && (
          <p className="flex items-center gap-2 text-ink-2">
            <Loader size={16} className="animate-spin motion-reduce:animate-none" aria-hidden />
            {t('mailbox.testing')}
          </p>
        )}
        {problem !== null && <ErrorNote {...say(problem)} />}
        {result && <Checks result={result} />}
      </div>
    </div>
  )
}

function Checks({ result }: { result: MailboxTest }) {
  const t = useT()
  return (['imap', 'smtp'] as const).map((kind) => {
    const check = result[kind]
    if (!check) return null
    const Icon = check.ok ? CircleCheck : CircleAlert
    return (
      <p key={kind} className={`flex items-start gap-2 rounded-control px-3 py-2 ${check.ok ? 'bg-done-soft' : 'bg-wrong-soft'}`}>
        <Icon size={16} className={`mt-0.5 shrink-0 ${check.ok ? 'text-done' : 'text-wrong'}`} aria-label={t(check.ok ? 'mailbox.works' : 'mailbox.fails')} />
        <span className="min-w-0 break-words">
          <span className="font-medium">{kind.toUpperCase()}</span> {check.sentence}
        </span>
      </p>
    )
  })
}
