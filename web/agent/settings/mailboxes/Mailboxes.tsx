import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, ChevronRight, CircleAlert, CircleCheck, Mail, Plus } from 'lucide-react'
import { absolute, moment } from '../../../shared/time'
import type { Mailbox } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { href, navigate, type Route } from '../../app/router'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Empty, Skeleton } from '../../ui/Notice'
import { CardList, Loaded, PageHead } from '../parts'
import { MailboxForm } from './MailboxForm'
import { MailboxPage } from './MailboxPage'
import { RETURN_ITEM } from './oauth'
import { OAuthReturn } from './OAuthReturn'
import { OAuthNew } from './OAuthSignIn'
import { mailboxesQuery } from './queries'

const at = (item: string | null): Route => ({ page: 'settings', section: 'mailboxes', item })
const go = (item: string | null) => navigate(at(item), { search: '' })

/** Its history is on its way, and people watch how far it is. */
const isFetching = (mailbox: Mailbox) => mailbox.history !== null && !mailbox.history.ended

/** All mailboxes, or the one whose number (or "new") stands in the address. */
export default function Mailboxes({ item }: { item: string | null }) {
  const t = useT()
  const mailboxes = useQuery({ ...mailboxesQuery, refetchInterval: ({ state }) => (state.data?.some(isFetching) ? 2_000 : 15_000) })
  const mayWrite = useMay('mailboxes.write')
  const chosen = mailboxes.data?.find((one) => String(one.id) === item)
  if (item === RETURN_ITEM) return <OAuthReturn />
  if (item === 'new' && mayWrite) return <NewMailbox />
  if (item !== null && !mailboxes.data && !mailboxes.error) return <Skeleton rows={4} />
  if (chosen) return <MailboxPage key={chosen.id} mailbox={chosen} onBack={() => go(null)} />
  const add = mayWrite && (
    <Button variant="primary" onClick={() => go('new')}>
      <Plus size={16} aria-hidden />
      {t('mailbox.connect')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('settings.mailboxes')} text={t('mailbox.text')}>
        {mailboxes.data && mailboxes.data.length > 0 && add}
      </PageHead>
      <Loaded
        query={mailboxes}
        empty={
          <Empty icon={Mail} title={t('mailbox.empty')} text={t('mailbox.emptyText')}>
            {add}
          </Empty>
        }
      >
        {(items) => (
          <CardList label={t('settings.mailboxes')}>
            {items.map((mailbox) => (
              <MailboxRow key={mailbox.id} mailbox={mailbox} />
            ))}
          </CardList>
        )}
      </Loaded>
    </>
  )
}

function NewMailbox() {
  const t = useT()
  return (
    <>
      <Button variant="plain" className="mb-2 -ml-3" onClick={() => go(null)}>
        <ArrowLeft size={16} aria-hidden />
        {t('settings.mailboxes')}
      </Button>
      <h1 className="mb-6 text-title font-strong">{t('mailbox.connect')}</h1>
      <OAuthNew onDone={(mailbox) => go(String(mailbox))} />
      <MailboxForm onSaved={(made) => go(String(made.id))} onCancel={() => go(null)} />
    </>
  )
}

/** The whole row leads to the mailbox. */
function MailboxRow({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const to = at(String(mailbox.id))
  const Icon = mailbox.problem ? CircleAlert : CircleCheck
  const state = mailbox.problem ? 'mailbox.failing' : 'mailbox.working'
  return (
    <li>
      <a
        href={href(to)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey) return
          event.preventDefault()
          navigate(to, { search: '' })
        }}
        className="flex min-h-14 items-start gap-3 px-4 py-3 text-ink no-underline outline-offset-[-2px] hover:bg-hover"
      >
        <Icon size={18} className={`mt-0.5 shrink-0 ${mailbox.problem ? 'text-wrong' : 'text-done'}`} aria-label={t(state)} />
        <span className="min-w-0 grow">
          <span className="flex flex-wrap gap-x-2">
            <span className="min-w-0 truncate font-medium">{mailbox.name}</span>
            <span className="min-w-0 truncate text-ink-3">{mailbox.address}</span>
          </span>
          <span className="block text-secondary text-ink-3">
            {t(state)}
            {mailbox.last_item_at && (
              <span title={absolute(mailbox.last_item_at, language)}> · {t('mailbox.last', { time: moment(mailbox.last_item_at, now, language) })}</span>
            )}
          </span>
          {mailbox.problem && <span className="mt-1 block text-secondary text-wrong">{mailbox.problem}</span>}
        </span>
        <ChevronRight size={16} className="mt-0.5 shrink-0 text-ink-faint" aria-hidden />
      </a>
    </li>
  )
}
