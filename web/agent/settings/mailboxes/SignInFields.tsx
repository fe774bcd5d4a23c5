import type { Server } from '../../api/types'
import { useT } from '../../app/i18n'
import { Field, Input } from '../../ui/Field'

/** How Hark signs in at a server: a user name and a password, or the mailbox's own sign-in. */
export function SignInFields({ kind, server }: { kind: 'imap' | 'smtp'; server: Server | null }) {
  const t = useT()
  const by = server?.auth === 'google' ? 'Google' : server?.auth === 'microsoft' ? 'Microsoft' : null
  const hint = by ? t('oauth.noPassword', { provider: by }) : server?.has_password ? t('mailbox.passwordKept') : undefined
  return (
    <>
      <div className="col-span-3 max-[719px]:col-span-2">
        <Field label={t('mailbox.user')}>{(control) => <Input {...control} name={`${kind}.username`} defaultValue={server?.username} />}</Field>
      </div>
      <div className="col-span-3 max-[719px]:col-span-2">
        <Field label={t('signIn.password')} hint={hint}>
          {(control) => <Input {...control} name={`${kind}.password`} type="password" autoComplete="new-password" />}
        </Field>
      </div>
    </>
  )
}
