import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, Problem } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { Field, Input } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { number, text } from '../parts'
import { readImap, readSmtp } from './form'
import { TeamField } from './GeneralPanel'
import { mailboxesQuery } from './queries'
import { ReceivingFields, wayOf } from './ReceivingFields'
import { ServerFields } from './ServerFields'
import { ServerTest } from './ServerTest'

type Props = { onSaved: (mailbox: Mailbox) => void; onCancel: () => void; cancelLabel?: string }

/** Connects a mailbox: its address, how mail comes in and goes out. Everything else is set on its page afterwards. */
export function MailboxForm({ onSaved, onCancel, cancelLabel }: Props) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [way, setWay] = useState(wayOf(null))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const save = async (form: FormData) => {
    setBusy(true)
    setProblem(null)
    const address = text(form, 'address').toLowerCase()
    const body = { address, name: text(form, 'name') || address, team_id: number(form, 'team'), imap: readImap(form), smtp: readSmtp(form) }
    try {
      const made = await api.post<Mailbox>('/api/mailboxes', body)
      await client.invalidateQueries({ queryKey: mailboxesQuery.queryKey })
      onSaved(made)
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  const errors = problem instanceof Problem ? problem : null
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(new FormData(event.currentTarget))
      }}
      className="flex flex-col gap-6"
    >
      <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
        <Field label={t('mailbox.address')} error={errors?.field('address')}>
          {(control) => <Input {...control} name="address" type="email" required placeholder="help@example.com" />}
        </Field>
        <Field label={t('mailbox.name')} hint={t('mailbox.nameHint')} error={errors?.field('name')}>
          {(control) => <Input {...control} name="name" maxLength={100} />}
        </Field>
        <TeamField teamId={null} />
      </div>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 font-strong">{t('mailbox.incoming')}</legend>
        <ReceivingFields mailbox={null} way={way} onWay={setWay} />
      </fieldset>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 font-strong">{t('mailbox.outgoing')}</legend>
        <ServerFields kind="smtp" server={null} />
      </fieldset>
      <ServerTest id={null} read={(form) => ({ imap: readImap(form), smtp: readSmtp(form) })} />
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="plain" onClick={onCancel}>
          {cancelLabel ?? t('action.cancel')}
        </Button>
        <Button type="submit" variant="primary" busy={busy}>
          {t('mailbox.connect')}
        </Button>
      </div>
    </form>
  )
}
