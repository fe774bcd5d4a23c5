import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { readSmtp } from './form'
import { FormPanel } from './Panel'
import { ServerFields } from './ServerFields'
import { ServerTest } from './ServerTest'

/** The server answers leave by. */
export function SendingPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.outgoing')} text={t('mailbox.outgoingText')} read={(form) => ({ smtp: readSmtp(form) })}>
      {() => (
        <>
          <ServerFields kind="smtp" server={mailbox.smtp} />
          <ServerTest id={mailbox.id} read={(form) => ({ smtp: readSmtp(form) })} />
        </>
      )}
    </FormPanel>
  )
}
