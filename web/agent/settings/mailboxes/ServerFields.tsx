import { useState } from 'react'
import type { Server } from '../../api/types'
import { useT } from '../../app/i18n'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { SignInFields } from './SignInFields'

type Security = Server['security']

const PORTS: Record<'imap' | 'smtp', Record<Security, number>> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 25 },
}

/** Where a server is, how it is spoken to and how Hark signs in. The usual port follows the encryption until one is typed. */
export function ServerFields({ kind, server }: { kind: 'imap' | 'smtp'; server: Server | null }) {
  const t = useT()
  const [security, setSecurity] = useState<Security>(server?.security ?? (kind === 'imap' ? 'tls' : 'starttls'))
  const [port, setPort] = useState<string | null>(server ? String(server.port) : null)
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,9rem)_6rem] gap-3 max-[719px]:grid-cols-[minmax(0,1fr)_6rem]">
        <div className="max-[719px]:col-span-2">
          <Field label={t('mailbox.host')}>
            {(control) => <Input {...control} name={`${kind}.host`} required={kind === 'imap'} defaultValue={server?.host} placeholder={`${kind}.example.com`} />}
          </Field>
        </div>
        <Field label={t('mailbox.security')}>
          {(control) => (
            <Select {...control} name={`${kind}.security`} value={security} onChange={(event) => setSecurity(event.target.value as Security)}>
              <option value="tls">TLS</option>
              <option value="starttls">STARTTLS</option>
              <option value="none">{t('mailbox.noSecurity')}</option>
            </Select>
          )}
        </Field>
        <Field label={t('mailbox.port')}>
          {(control) => (
            <Input {...control} name={`${kind}.port`} type="number" min={1} max={65535} required value={port ?? PORTS[kind][security]} onChange={(event) => setPort(event.target.value)} />
          )}
        </Field>
      </div>
      <div className="grid grid-cols-6 gap-3 max-[719px]:grid-cols-2">
        <SignInFields kind={kind} server={server} />
      </div>
      <Checkbox name={`${kind}.verify`} defaultChecked={server?.verify ?? true} label={t('mailbox.verify')} />
    </div>
  )
}
