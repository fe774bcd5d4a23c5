import { api, type Problem } from '../../api/client'
import { useT } from '../../app/i18n'
import { CopyBox } from '../../ui/CopyBox'
import { Field, Input } from '../../ui/Field'
import { SettingsForm, text } from '../parts'
import { isAccepted, oauthQuery, type Provider } from './oauth'

/** What the workspace is at a provider. Entered once; every mailbox is then signed in to with a click. */
export function OAuthRegistration({ provider, redirect, onClose }: { provider: Provider; redirect: string; onClose: () => void }) {
  const t = useT()
  const save = async (form: FormData) => {
    const secret = text(form, 'client_secret')
    await api.put('/api/mailboxes/oauth/client', {
      provider: provider.provider,
      client_id: text(form, 'client_id'),
      ...(secret ? { client_secret: secret } : {}),
      ...(provider.provider === 'microsoft' ? { tenant: text(form, 'tenant') || 'common' } : {}),
      secret_expires_on: text(form, 'secret_expires_on') || null,
    })
    onClose()
  }
  return (
    <div className="flex flex-col gap-4 overflow-y-auto px-6 pb-6">
      <p className="max-w-[68ch] text-ink-2">{t(`oauth.steps.${provider.provider}`)}</p>
      <div className="flex flex-col gap-1">
        <p className="text-secondary font-medium text-ink-2">{t('oauth.redirect')}</p>
        <CopyBox text={redirect} label={t('oauth.redirect')} />
        {!isAccepted(redirect) && <p className="text-secondary text-wrong">{t('oauth.httpsNeeded')}</p>}
      </div>
      <SettingsForm onSave={save} onCancel={onClose} touches={[oauthQuery.queryKey]}>
        {(problem) => <Fields provider={provider} problem={problem} />}
      </SettingsForm>
    </div>
  )
}

function Fields({ provider, problem }: { provider: Provider; problem: Problem | null }) {
  const t = useT()
  const isMicrosoft = provider.provider === 'microsoft'
  return (
    <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
      <Field label={t(isMicrosoft ? 'oauth.applicationId' : 'oauth.clientId')} error={problem?.field('client_id')}>
        {(control) => <Input {...control} name="client_id" required minLength={8} defaultValue={provider.client_id} spellCheck={false} />}
      </Field>
      <Field label={t('oauth.clientSecret')} hint={provider.client_id ? t('mailbox.passwordKept') : undefined} error={problem?.field('client_secret')}>
        {(control) => <Input {...control} name="client_secret" type="password" autoComplete="new-password" required={!provider.client_id} />}
      </Field>
      {isMicrosoft && (
        <Field label={t('oauth.tenant')} hint={t('oauth.tenantHint')} error={problem?.field('tenant')}>
          {(control) => <Input {...control} name="tenant" defaultValue={provider.tenant} spellCheck={false} />}
        </Field>
      )}
      <Field label={t('oauth.secretExpires')} hint={t('oauth.secretExpiresHint')} error={problem?.field('secret_expires_on')}>
        {(control) => <Input {...control} name="secret_expires_on" type="date" defaultValue={provider.secret_expires_on ?? ''} />}
      </Field>
    </div>
  )
}
