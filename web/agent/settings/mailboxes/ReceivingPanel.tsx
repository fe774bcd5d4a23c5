import { useState } from 'react'
import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { readImap } from './form'
import { FormPanel } from './Panel'
import { ReceivingFields, wayOf } from './ReceivingFields'
import { ServerTest } from './ServerTest'

/** The way mail comes in. */
export function ReceivingPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const [way, setWay] = useState(wayOf(mailbox))
  const read = (form: FormData) => ({ imap: readImap(form, mailbox.imap) })
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.incoming')} text={t('mailbox.incomingText')} read={read} beside={way === 'imap' && <ServerTest id={mailbox.id} read={read} />}>
      {() => <ReceivingFields mailbox={mailbox} way={way} onWay={setWay} />}
    </FormPanel>
  )
}
