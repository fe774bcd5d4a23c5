import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, Loader, PlugZap } from 'lucide-react'
import { useRef, useState } from 'react'
import { api, Problem } from '../../api/client'
import type { ImapServer, Mailbox, MailboxTest, Server, SmtpServer } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { Field, Input, Select } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { number, text } from '../parts'
import { mailboxesQuery } from './queries'
import { ServerFields } from './ServerFields'

type Props = { mailbox: Mailbox | null; onSaved: () => void; onCancel: () => void; cancelLabel?: string }

/** How mail comes in and goes out. The test connects for real and says what each server answered. */
export function MailboxForm({ mailbox, onSaved, onCancel, cancelLabel }: Props) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const { teams } = useDirectory()
  const form = useRef<HTMLFormElement>(null)
  const [way, setWay] = useState<'imap' | 'forward'>(mailbox && !mailbox.imap ? 'forward' : 'imap')
  const [busy, setBusy] = useState<'test' | 'save' | null>(null)
  const [result, setResult] = useState<MailboxTest | null>(null)
  const [problem, setProblem] = useState<unknown>(null)

  const read = () => {
    const data = new FormData(form.current!)
    return {
      name: text(data, 'name') || text(data, 'address') || mailbox?.name || '',
      ...(mailbox ? {} : { address: text(data, 'address').toLowerCase() }),
      team_id: number(data, 'team'),
      imap: way === 'imap' ? readServer(data, 'imap') : null,
      smtp: readServer(data, 'smtp'),
    }
  }
  const run = async (what: 'test' | 'save', action: () => Promise<void>) => {
    if (!form.current?.reportValidity()) return
    setBusy(what)
    setProblem(null)
    try {
      await action()
    } catch (error) {
      setProblem(error)
    }
    setBusy(null)
  }
  const test = () =>
    run('test', async () => {
      setResult(null)
      const { imap, smtp } = read()
      setResult(await api.post<MailboxTest>('/api/mailboxes/test', { imap, smtp, id: mailbox?.id ?? null }))
    })
  const save = () =>
    run('save', async () => {
      await (mailbox ? api.patch(`/api/mailboxes/${mailbox.id}`, read()) : api.post('/api/mailboxes', read()))
      await client.invalidateQueries({ queryKey: mailboxesQuery.queryKey })
      onSaved()
    })
  const errors = problem instanceof Problem ? problem : null
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      className="flex flex-col gap-4"
    >
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
        <Field label={t('mailbox.address')} error={errors?.field('address')}>
          {(control) => <Input {...control} name="address" type="email" required disabled={mailbox !== null} defaultValue={mailbox?.address} placeholder="help@example.com" />}
        </Field>
        <Field label={t('mailbox.name')} hint={t('mailbox.nameHint')} error={errors?.field('name')}>
          {(control) => <Input {...control} name="name" defaultValue={mailbox?.name} />}
        </Field>
        {teams.length > 0 && (
          <Field label={t('filter.team')} hint={t('mailbox.teamHint')}>
            {(control) => (
              <Select {...control} name="team" defaultValue={mailbox?.team_id ?? ''}>
                <option value="">{t('mailbox.noTeam')}</option>
                {teams.map((team) => (
                  <option key={team.id} value={team.id}>
                    {team.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 font-strong">{t('mailbox.incoming')}</legend>
        <div role="group" aria-label={t('mailbox.incoming')} className="flex flex-wrap gap-2">
          {(['imap', 'forward'] as const).map((one) => (
            <Button key={one} aria-pressed={way === one} onClick={() => setWay(one)} className="aria-pressed:border-accent aria-pressed:bg-accent-soft">
              {t(`mailbox.${one}`)}
            </Button>
          ))}
        </div>
        {way === 'imap' ? <ServerFields kind="imap" server={mailbox?.imap ?? null} /> : <p className="max-w-[68ch] text-ink-2">{t('mailbox.forwardText')}</p>}
      </fieldset>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 font-strong">{t('mailbox.outgoing')}</legend>
        <ServerFields kind="smtp" server={mailbox?.smtp ?? null} />
      </fieldset>
      <div aria-live="polite" className="flex flex-col gap-2">
        {busy === 'test' && (
          <p className="flex items-center gap-2 text-ink-2">
            <Loader size={16} className="animate-spin" aria-hidden />
            {t('mailbox.testing')}
          </p>
        )}
        {result && <Checks result={result} />}
      </div>
      <div className="flex flex-wrap justify-end gap-2 pt-2">
        <Button variant="plain" onClick={onCancel}>
          {cancelLabel ?? t('action.cancel')}
        </Button>
        <Button onClick={() => void test()} busy={busy !== null}>
          <PlugZap size={16} aria-hidden />
          {t('mailbox.test')}
        </Button>
        <Button type="submit" variant="primary" busy={busy !== null}>
          {t(mailbox ? 'action.save' : 'mailbox.connect')}
        </Button>
      </div>
    </form>
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
        <span>
          <span className="font-medium">{kind.toUpperCase()}</span> {check.sentence}
        </span>
      </p>
    )
  })
}

function readServer(form: FormData, kind: 'imap' | 'smtp'): ImapServer | SmtpServer | null {
  const host = text(form, `${kind}.host`)
  if (!host) return null
  const password = String(form.get(`${kind}.password`) ?? '')
  return {
    host,
    port: number(form, `${kind}.port`) ?? 0,
    security: text(form, `${kind}.security`) as Server['security'],
    username: text(form, `${kind}.username`),
    verify: form.get(`${kind}.verify`) === 'on',
    ...(password ? { password } : {}),
    ...(kind === 'imap'
      ? {
          folders: text(form, 'imap.folders').split(',').map((name) => name.trim()).filter(Boolean),
          after_fetch: text(form, 'imap.after_fetch') as ImapServer['after_fetch'],
          history: form.get('imap.history') === 'on',
        }
      : {}),
  }
}
