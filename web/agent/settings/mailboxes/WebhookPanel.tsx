import { queryOptions, useQuery } from '@tanstack/react-query'
import { RotateCw, Unplug } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { api, type Problem } from '../../api/client'
import type { Mailbox, Webhook } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { CopyBox } from '../../ui/CopyBox'
import { Dialog } from '../../ui/Dialog'
import { Field, Input, Select, TextArea } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { notify } from '../../ui/toasts'
import { SettingsForm, text, useChange } from '../parts'
import { Panel } from './Panel'
import { mailboxesQuery } from './queries'

type Provider = NonNullable<Webhook['provider']>

const NAMES: Record<Provider, string> = { ses: 'Amazon SES', sendgrid: 'SendGrid', mailgun: 'Mailgun', postmark: 'Postmark' }

/** What to do in each provider's console, in this order. */
const STEPS = {
  ses: ['provider.ses.1', 'provider.ses.2', 'provider.ses.3', 'provider.ses.4'],
  sendgrid: ['provider.sendgrid.1', 'provider.sendgrid.2', 'provider.sendgrid.3'],
  mailgun: ['provider.mailgun.1', 'provider.mailgun.2', 'provider.mailgun.3'],
  postmark: ['provider.postmark.1', 'provider.postmark.2'],
} as const satisfies Record<Provider, readonly string[]>

const webhookQuery = (id: number) =>
  queryOptions({
    queryKey: ['webhook', id],
    queryFn: ({ signal }) => api.get<Webhook>(`/api/mailboxes/${id}/webhook`, undefined, signal),
    staleTime: 60_000,
  })

/** A provider that posts the mails of this mailbox. Its address is secret, so only those who may change the mailbox see it. */
export function WebhookPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const say = useProblemText()
  const mayChange = mailbox.can.includes('change')
  const { data, error, refetch } = useQuery({ ...webhookQuery(mailbox.id), enabled: mayChange })
  if (!mayChange) return null
  return (
    <Panel title={t('provider.title')} text={t('provider.text')}>
      {error && !data && <ErrorNote {...say(error)} onRetry={() => void refetch()} />}
      {data && <Connection key={data.provider ?? 'none'} mailbox={mailbox} webhook={data} />}
    </Panel>
  )
}

function Connection({ mailbox, webhook }: { mailbox: Mailbox; webhook: Webhook }) {
  const t = useT()
  const [chosen, setChosen] = useState<Provider | ''>(webhook.provider ?? '')
  const touches = [webhookQuery(mailbox.id).queryKey, mailboxesQuery.queryKey]
  const connected = webhook.provider === chosen
  const save = async (form: FormData) => {
    await api.put(`/api/mailboxes/${mailbox.id}/webhook`, readWebhook(form))
    notify({ text: t('state.saved') })
  }
  return (
    <>
      {connected && <Address mailbox={mailbox} webhook={webhook} provider={chosen} touches={touches} />}
      <SettingsForm onSave={save} touches={touches} submit={connected ? undefined : t('provider.connect')} ready={chosen !== ''}>
        {(problem) => (
          <>
            <Field label={t('provider.which')}>
              {(control) => (
                <Select {...control} name="provider" required value={chosen} onChange={(event) => setChosen(event.target.value as Provider | '')}>
                  <option value="" disabled>
                    {t('provider.none')}
                  </option>
                  {Object.entries(NAMES).map(([value, name]) => (
                    <option key={value} value={value}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Proof provider={chosen} webhook={connected ? webhook : null} problem={problem} />
          </>
        )}
      </SettingsForm>
      {chosen && (
        <section aria-label={t('provider.steps', { provider: NAMES[chosen] })}>
          <h3 className="font-medium">{t('provider.steps', { provider: NAMES[chosen] })}</h3>
          <ol className="mt-1 flex max-w-[68ch] list-decimal flex-col gap-1 pl-5 text-ink-2">
            {STEPS[chosen].map((step) => (
              <li key={step}>{t(step)}</li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

/** What the provider has given out, by which Hark knows its requests. */
function Proof({ provider, webhook, problem }: { provider: Provider | ''; webhook: Webhook | null; problem: Problem | null }) {
  const t = useT()
  if (provider === 'mailgun') {
    return (
      <Field label={t('provider.secret')} hint={t(webhook?.has_secret ? 'provider.secretKept' : 'provider.secretHint')} error={problem?.field('secret')}>
        {(control) => <Input {...control} name="secret" type="password" autoComplete="new-password" required={!webhook?.has_secret} />}
      </Field>
    )
  }
  if (provider === 'ses') {
    return (
      <>
        <Field label={t('provider.topics')} hint={t('provider.topicsHint')} error={problem?.field('topics')}>
          {(control) => (
            <TextArea {...control} name="topics" rows={2} required spellCheck={false} defaultValue={webhook?.topics?.join('\n')} placeholder="arn:aws:sns:eu-west-1:123456789012:inbound" />
          )}
        </Field>
        <Field label={t('provider.accessKey')} hint={t('provider.accessKeyHint')} error={problem?.field('access_key_id')}>
          {(control) => <Input {...control} name="access_key_id" spellCheck={false} defaultValue={webhook?.access_key_id} />}
        </Field>
        <Field label={t('provider.accessSecret')} hint={webhook?.has_secret ? t('provider.secretKept') : undefined} error={problem?.field('secret')}>
          {(control) => <Input {...control} name="secret" type="password" autoComplete="new-password" />}
        </Field>
      </>
    )
  }
  if (provider === 'sendgrid') {
    return (
      <Field label={t('provider.keys')} hint={t('provider.keysHint')} error={problem?.field('public_keys')}>
        {(control) => <TextArea {...control} name="public_keys" rows={2} spellCheck={false} className="break-all" defaultValue={webhook?.public_keys?.join('\n')} />}
      </Field>
    )
  }
  return null
}

type AddressProps = { mailbox: Mailbox; webhook: Webhook; provider: Provider; touches: readonly (readonly unknown[])[] }

/** The address to give to the provider, when it was last used, and its end. */
function Address({ mailbox, webhook, provider, touches }: AddressProps) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const change = useChange(touches)
  const [asking, setAsking] = useState<'none' | 'new' | 'stop'>('none')
  const path = `/api/mailboxes/${mailbox.id}/webhook`
  const close = () => setAsking('none')
  const { topics, public_keys, access_key_id } = webhook
  const renew = () => change(() => api.put(path, { provider, topics, public_keys, access_key_id, new_address: true }), t('state.saved')).then(close)
  const stop = () => change(() => api.delete(path), t('provider.stopped')).then(close)
  const label = t('provider.url', { provider: NAMES[provider] })
  return (
    <div className="flex flex-col gap-1">
      <h3 className="text-secondary font-medium text-ink-2">{label}</h3>
      <CopyBox text={webhook.url ?? ''} label={label} />
      <p className="text-secondary text-ink-3">{t('provider.urlHint')}</p>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <p className="grow text-secondary text-ink-2" title={webhook.last_at ? absolute(webhook.last_at, language) : undefined}>
          {webhook.last_at ? t('provider.last', { time: moment(webhook.last_at, now, language) }) : t('provider.never')}
        </p>
        <Button variant="plain" onClick={() => setAsking('new')}>
          <RotateCw size={16} aria-hidden />
          {t('provider.newUrl')}
        </Button>
        <Button variant="plain" onClick={() => setAsking('stop')}>
          <Unplug size={16} aria-hidden />
          {t('provider.stop')}
        </Button>
      </div>
      <Dialog open={asking !== 'none'} onClose={close} title={t(asking === 'new' ? 'provider.newUrl' : 'provider.stop')}>
        <div className="flex flex-col gap-4 px-6 pb-6">
          <p>{asking === 'new' ? t('provider.newUrlText', { provider: NAMES[provider] }) : t('provider.stopText')}</p>
          <div className="flex justify-end gap-2">
            <Button variant="plain" onClick={close}>
              {t('action.cancel')}
            </Button>
            <Button variant="danger" onClick={() => void (asking === 'new' ? renew() : stop())}>
              {t(asking === 'new' ? 'provider.newUrl' : 'provider.stop')}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}

/** The form as the server takes it; an empty key keeps the stored one. */
function readWebhook(form: FormData) {
  const secret = text(form, 'secret')
  const known = { provider: text(form, 'provider'), topics: lines(form, 'topics'), public_keys: lines(form, 'public_keys'), access_key_id: text(form, 'access_key_id') }
  return secret ? { ...known, secret } : known
}

const lines = (form: FormData, name: string): string[] =>
  text(form, name)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
