import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { readImap } from './form'
import { FormPanel } from './Panel'
import { ReceivingFields } from './ReceivingFields'
import { ServerTest } from './ServerTest'

/** The way mail comes in. */
export function ReceivingPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.incoming')} text={t('mailbox.incomingText')} read={(form) => ({ imap: readImap(form) })}>
      {() => (
        <>
          <ReceivingFields mailbox={mailbox} />
          <ServerTest id={mailbox.id} read={(form) => ({ imap: readImap(form) })} />
        </>
      )}
    </FormPanel>
  )
}
