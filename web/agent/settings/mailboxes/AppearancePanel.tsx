import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Mailbox, MailboxSending } from '../../api/types'
import { useT } from '../../app/i18n'
import { useMe } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { Field, Input, Select, TextArea } from '../../ui/Field'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { text } from '../parts'
import { FormPanel, Panel } from './Panel'
import { fill, sendingQuery, stored } from './sending'

const OWN = 'own'
const USUAL = '{agent} ({mailbox})'

/** Whose name customers see, and what stands under what people write. */
export function AppearancePanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const { data: sending, error, refetch } = useQuery(sendingQuery(mailbox.id))
  const head = { title: t('look.title'), text: t('look.text') }
  if (!sending) return <Panel {...head}>{error ? <ErrorNote {...say(error)} onRetry={() => void refetch()} /> : <Skeleton rows={3} />}</Panel>
  const send = async (form: FormData) => {
    await api.put(`/api/mailboxes/${mailbox.id}/sending`, {
      ...stored(sending),
      sender_name: text(form, 'sender_name'),
      signature_text: String(form.get('signature_text') ?? ''),
      signature_html: String(form.get('signature_html') ?? ''),
    })
    await client.invalidateQueries({ queryKey: sendingQuery(mailbox.id).queryKey })
  }
  return (
    <FormPanel {...head} mailbox={mailbox} send={send}>
      {() => (
        <>
          <SenderField mailbox={mailbox} sending={sending} />
          <Field label={t('look.signature')} hint={t('look.signatureHint', { names: sending.variables.map((name) => `{${name}}`).join(' ') })}>
            {(control) => <TextArea {...control} name="signature_text" rows={4} maxLength={5000} defaultValue={sending.signature_text} />}
          </Field>
          <Field label={t('look.html')} hint={t('look.htmlHint')}>
            {(control) => <TextArea {...control} name="signature_html" rows={3} spellCheck={false} className="font-mono text-secondary" defaultValue={sending.signature_html} />}
          </Field>
        </>
      )}
    </FormPanel>
  )
}

/** One of the usual patterns, shown with the reader's own name, or one of their own. */
function SenderField({ mailbox, sending }: { mailbox: Mailbox; sending: MailboxSending }) {
  const t = useT()
  const { agent } = useMe()
  const patterns = [USUAL, `{first_name} ${t('look.from')} {mailbox}`, '{agent}', '{mailbox}']
  const [pattern, setPattern] = useState(sending.sender_name || USUAL)
  const [own, setOwn] = useState(!patterns.includes(pattern))
  const show = (one: string) => fill(one, agent.name, mailbox.name, sending.address)
  return (
    <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
      <Field label={t('look.sender')}>
        {(control) => (
          <Select
            {...control}
            value={own ? OWN : pattern}
            onChange={(event) => {
              setOwn(event.target.value === OWN)
              if (event.target.value !== OWN) setPattern(event.target.value)
            }}
          >
            {patterns.map((one) => (
              <option key={one} value={one}>
                {show(one)}
              </option>
            ))}
            <option value={OWN}>{t('look.senderOwn')}</option>
          </Select>
        )}
      </Field>
      {own ? (
        <Field label={t('look.pattern')} hint={t('look.shows', { name: show(pattern) || mailbox.name })}>
          {(control) => <Input {...control} name="sender_name" maxLength={200} value={pattern} onChange={(event) => setPattern(event.target.value)} />}
        </Field>
      ) : (
        <input type="hidden" name="sender_name" value={pattern} />
      )}
    </div>
  )
}
