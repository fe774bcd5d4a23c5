import type { Server } from '../../api/types'
import { useT } from '../../app/i18n'
import { Field, Input } from '../../ui/Field'

/** How Hark signs in at a server: a user name and a password. */
export function SignInFields({ kind, server }: { kind: 'imap' | 'smtp'; server: Server | null }) {
  const t = useT()
  return (
    <>
      <div className="col-span-3 max-[719px]:col-span-2">
        <Field label={t('mailbox.user')}>{(control) => <Input {...control} name={`${kind}.username`} defaultValue={server?.username} />}</Field>
      </div>
      <div className="col-span-3 max-[719px]:col-span-2">
        <Field label={t('signIn.password')} hint={server?.has_password ? t('mailbox.passwordKept') : undefined}>
          {(control) => <Input {...control} name={`${kind}.password`} type="password" autoComplete="new-password" />}
        </Field>
      </div>
    </>
  )
}
