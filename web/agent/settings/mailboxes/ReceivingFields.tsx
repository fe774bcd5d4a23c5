import { useState } from 'react'
import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { ServerFields } from './ServerFields'

/** The ways mail can come in. A way that is not IMAP says what to do elsewhere. */
const WAYS = ['imap', 'forward'] as const

/** Which way, and what belongs to it. The server's fields are there only while IMAP is chosen. */
export function ReceivingFields({ mailbox }: { mailbox: Mailbox | null }) {
  const t = useT()
  const [way, setWay] = useState<(typeof WAYS)[number]>(mailbox && !mailbox.imap ? 'forward' : 'imap')
  return (
    <>
      <div role="group" aria-label={t('mailbox.incoming')} className="flex flex-wrap gap-2">
        {WAYS.map((one) => (
          <Button key={one} aria-pressed={way === one} onClick={() => setWay(one)} className="aria-pressed:border-accent aria-pressed:bg-accent-soft">
            {t(`mailbox.${one}`)}
          </Button>
        ))}
      </div>
      {way === 'imap' ? <ServerFields kind="imap" server={mailbox?.imap ?? null} /> : <p className="max-w-[68ch] text-ink-2">{t('mailbox.forwardText')}</p>}
    </>
  )
}
