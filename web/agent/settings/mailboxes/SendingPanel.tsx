import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { readSmtp } from './form'
import { FormPanel } from './Panel'
import { ServerFields } from './ServerFields'
import { ServerTest } from './ServerTest'

/** The server answers leave by. */
export function SendingPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const read = (form: FormData) => ({ smtp: readSmtp(form) })
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.outgoing')} text={t('mailbox.outgoingText')} read={read} beside={<ServerTest id={mailbox.id} read={read} />}>
      {() => <ServerFields kind="smtp" server={mailbox.smtp} />}
    </FormPanel>
  )
}
