import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, Mail, Plus } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, useChange } from '../parts'
import { MailboxForm } from './MailboxForm'
import { mailboxesQuery } from './queries'

export default function Mailboxes() {
  const t = useT()
  const mailboxes = useQuery({ ...mailboxesQuery, refetchInterval: 15_000 })
  const mayWrite = useMay('mailboxes.write')
  const [editing, setEditing] = useState<Mailbox | 'new' | null>(null)
  const close = () => setEditing(null)
  const add = mayWrite && (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus size={16} aria-hidden />
      {t('mailbox.connect')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('settings.mailboxes')} text={t('mailbox.text')}>
        {add}
      </PageHead>
      <Loaded query={mailboxes} empty={<Empty icon={Mail} title={t('mailbox.empty')} text={t('mailbox.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.mailboxes')}>
            {items.map((mailbox) => (
              <MailboxRow key={mailbox.id} mailbox={mailbox} onEdit={() => setEditing(mailbox)} />
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={close} title={editing === 'new' ? t('mailbox.connect') : t('mailbox.edit')} wide>
        <div className="overflow-y-auto px-6 pb-6">
          {editing && <MailboxForm mailbox={editing === 'new' ? null : editing} onSaved={close} onCancel={close} />}
        </div>
      </Dialog>
    </>
  )
}

function MailboxRow({ mailbox, onEdit }: { mailbox: Mailbox; onEdit: () => void }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const [leaving, setLeaving] = useState(false)
  const Icon = mailbox.problem ? CircleAlert : CircleCheck
  const state = mailbox.problem ? 'mailbox.failing' : 'mailbox.working'
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
      <Icon size={18} className={`shrink-0 ${mailbox.problem ? 'text-wrong' : 'text-done'}`} aria-label={t(state)} />
      <div className="min-w-0 grow">
        <p className="truncate">
          <span className="font-medium">{mailbox.name}</span> <span className="text-ink-3">{mailbox.address}</span>
        </p>
        <p className="text-secondary text-ink-3">
          {t(state)}
          {mailbox.last_item_at && (
            <span title={absolute(mailbox.last_item_at, language)}> · {t('mailbox.last', { time: moment(mailbox.last_item_at, now, language) })}</span>
          )}
        </p>
        {mailbox.problem && <p className="text-secondary text-wrong">{mailbox.problem}</p>}
      </div>
      {mailbox.can.includes('delete') && (
        <Button variant="plain" onClick={() => setLeaving(true)}>
          {t('mailbox.disconnect')}
        </Button>
      )}
      {mailbox.can.includes('change') && <Button onClick={onEdit}>{t('action.edit')}</Button>}
      <Disconnect mailbox={mailbox} open={leaving} onClose={() => setLeaving(false)} />
    </li>
  )
}

/** Asks, because the stored password is gone afterwards. */
function Disconnect({ mailbox, open, onClose }: { mailbox: Mailbox; open: boolean; onClose: () => void }) {
  const t = useT()
  const change = useChange([mailboxesQuery.queryKey])
  const leave = () => change(() => api.delete(`/api/mailboxes/${mailbox.id}`), t('mailbox.disconnected', { name: mailbox.name })).then(onClose)
  return (
    <Dialog open={open} onClose={onClose} title={t('mailbox.disconnectTitle', { name: mailbox.name })}>
      <div className="flex flex-col gap-4 px-6 pb-6">
        <p>{t('mailbox.disconnectText')}</p>
        <div className="flex justify-end gap-2">
          <Button variant="plain" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button variant="danger" onClick={() => void leave()}>
            {t('mailbox.disconnect')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
