import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { HistoryField } from './HistoryField'
import { ServerFields } from './ServerFields'

/** The ways mail can come in. A way that is not IMAP says what to do elsewhere. */
const WAYS = ['imap', 'forward'] as const
export type Way = (typeof WAYS)[number]

/** The way of a mailbox; a new one is read by IMAP unless somebody says otherwise. */
export const wayOf = (mailbox: Mailbox | null): Way => (mailbox && !mailbox.imap ? 'forward' : 'imap')

/** Which way, and what belongs to it. The server's fields are there only while IMAP is chosen. */
export function ReceivingFields({ mailbox, way, onWay }: { mailbox: Mailbox | null; way: Way; onWay: (way: Way) => void }) {
  const t = useT()
  return (
    <>
      <div role="radiogroup" aria-label={t('mailbox.incoming')} className="flex flex-wrap gap-2">
        {WAYS.map((one) => (
          <label
            key={one}
            className="target inline-flex cursor-pointer items-center rounded-control border border-line-strong bg-control px-3 font-medium hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input type="radio" name="way" value={one} checked={way === one} onChange={() => onWay(one)} className="sr-only" />
            {t(`mailbox.${one}`)}
          </label>
        ))}
      </div>
      {way === 'imap' ? (
        <>
          <ServerFields kind="imap" server={mailbox?.imap ?? null} />
          {mailbox === null && <HistoryField />}
        </>
      ) : (
        <p className="max-w-[68ch] text-ink-2">{t('mailbox.forwardText')}</p>
      )}
    </>
  )
}
