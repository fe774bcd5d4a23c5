import { ArrowLeft, CircleAlert, CircleCheck } from 'lucide-react'
import { type ComponentType, useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { useChange } from '../parts'
import { AppearancePanel } from './AppearancePanel'
import { DkimPanel } from './DkimPanel'
import { FoldersPanel } from './FoldersPanel'
import { GeneralPanel } from './GeneralPanel'
import { HistoryPanel } from './HistoryPanel'
import { Panel } from './Panel'
import { OAuthPanel } from './OAuthPanel'
import { mailboxesQuery } from './queries'
import { ReceivingPanel } from './ReceivingPanel'
import { SendersPanel } from './SendersPanel'
import { SendingPanel } from './SendingPanel'
import { SilencePanel } from './SilencePanel'
import { WebhookPanel } from './WebhookPanel'

/** What stands on the page of a mailbox, in this order. Each part saves itself. */
const PANELS: readonly ComponentType<{ mailbox: Mailbox }>[] = [
  GeneralPanel,
  OAuthPanel,
  ReceivingPanel,
  FoldersPanel,
  HistoryPanel,
  SilencePanel,
  WebhookPanel,
  SendingPanel,
  AppearancePanel,
  SendersPanel,
  DkimPanel,
]

/** One mailbox: how it is doing, then everything about it. */
export function MailboxPage({ mailbox, onBack }: { mailbox: Mailbox; onBack: () => void }) {
  const t = useT()
  return (
    <>
      <Button variant="plain" className="mb-2 -ml-3" onClick={onBack}>
        <ArrowLeft size={16} aria-hidden />
        {t('settings.mailboxes')}
      </Button>
      <header className="mb-6">
        <h1 className="text-title font-strong break-words">{mailbox.name}</h1>
        <p className="text-ink-2 break-words">{mailbox.address}</p>
        <State mailbox={mailbox} />
      </header>
      {PANELS.map((View, index) => (
        <View key={index} mailbox={mailbox} />
      ))}
      {mailbox.can.includes('delete') && <Disconnect mailbox={mailbox} onGone={onBack} />}
    </>
  )
}

/** Whether it works, in one line; what is wrong and what to do, when it does not. */
function State({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const last = mailbox.last_item_at
  if (mailbox.problem) {
    return (
      <div role="status" className="mt-4 flex items-start gap-3 rounded-control bg-wrong-soft px-4 py-3">
        <CircleAlert size={16} className="mt-0.5 shrink-0 text-wrong" aria-hidden />
        <div className="min-w-0">
          <p className="break-words">{mailbox.problem}</p>
          {mailbox.problem_at && (
            <p className="mt-0.5 text-secondary text-ink-2" title={absolute(mailbox.problem_at, language)}>
              {t('mailbox.problemSince', { time: moment(mailbox.problem_at, now, language) })}
            </p>
          )}
        </div>
      </div>
    )
  }
  return (
    <p className="mt-2 flex items-center gap-1.5 text-secondary text-ink-2">
      <CircleCheck size={16} className="shrink-0 text-done" aria-hidden />
      {t('mailbox.working')}
      {last && <span title={absolute(last, language)}>· {t('mailbox.last', { time: moment(last, now, language) })}</span>}
    </p>
  )
}

/** Asks, because the stored password is gone afterwards. */
function Disconnect({ mailbox, onGone }: { mailbox: Mailbox; onGone: () => void }) {
  const t = useT()
  const [asking, setAsking] = useState(false)
  const change = useChange([mailboxesQuery.queryKey])
  const leave = () => change(() => api.delete(`/api/mailboxes/${mailbox.id}`), t('mailbox.disconnected', { name: mailbox.name })).then((done) => done && onGone())
  return (
    <Panel title={t('mailbox.disconnect')} text={t('mailbox.disconnectText')}>
      <Button variant="danger" className="self-start" onClick={() => setAsking(true)}>
        {t('mailbox.disconnectThis')}
      </Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={t('mailbox.disconnectTitle', { name: mailbox.name })}>
        <div className="flex flex-col gap-4 px-6 pb-6">
          <p>{t('mailbox.disconnectText')}</p>
          <div className="flex justify-end gap-2">
            <Button variant="plain" onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </Button>
            <Button variant="danger" onClick={() => void leave()}>
              {t('mailbox.disconnect')}
            </Button>
          </div>
        </div>
      </Dialog>
    </Panel>
  )
}
