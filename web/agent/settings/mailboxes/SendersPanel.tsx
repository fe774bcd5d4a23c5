import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Problem } from '../../api/client'
import type { Mailbox, MailboxSending } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Field, Input, TextArea } from '../../ui/Field'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { number, text } from '../parts'
import { FormPanel, Panel } from './Panel'
import { domainsQuery, sendingQuery, stored } from './sending'

/** Further addresses of a mailbox, and how fast its server takes mail. */
export function SendersPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const { data: sending, error, refetch } = useQuery(sendingQuery(mailbox.id))
  const head = { title: t('senders.title'), text: t('senders.text') }
  if (!sending) return <Panel {...head}>{error ? <ErrorNote {...say(error)} onRetry={() => void refetch()} /> : <Skeleton rows={3} />}</Panel>
  const send = async (form: FormData) => {
    await api.put(`/api/mailboxes/${mailbox.id}/sending`, {
      ...stored(sending),
      aliases: text(form, 'aliases').split(/[\s,;]+/).filter(Boolean),
      per_minute: number(form, 'per_minute'),
      per_day: number(form, 'per_day'),
    })
    await Promise.all([sendingQuery(mailbox.id), domainsQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
  }
  return (
    <FormPanel {...head} mailbox={mailbox} send={send}>
      {(problem) => <Fields sending={sending} problem={problem} />}
    </FormPanel>
  )
}

function Fields({ sending, problem }: { sending: MailboxSending; problem: Problem | null }) {
  const t = useT()
  const language = useLanguage()
  const { usual } = sending
  const shown = (limit: number | null) => (limit === null ? t('senders.noLimit') : limit.toLocaleString(language))
  return (
    <>
      <Field label={t('senders.aliases')} hint={t('senders.aliasesHint')} error={problem?.field('aliases')}>
        {(control) => <TextArea {...control} name="aliases" rows={Math.max(2, sending.aliases.length + 1)} defaultValue={sending.aliases.join('\n')} spellCheck={false} />}
      </Field>
      <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
        <Field label={t('senders.perMinute')}>
          {(control) => <Input {...control} name="per_minute" type="number" min={1} defaultValue={sending.per_minute ?? ''} placeholder={shown(usual.per_minute)} />}
        </Field>
        <Field label={t('senders.perDay')}>
          {(control) => <Input {...control} name="per_day" type="number" min={1} defaultValue={sending.per_day ?? ''} placeholder={shown(usual.per_day)} />}
        </Field>
      </div>
      <p className="max-w-[68ch] text-secondary text-ink-3">{usual.provider ? t('senders.usual', { provider: usual.provider }) : t('senders.usualOther')}</p>
    </>
  )
}
