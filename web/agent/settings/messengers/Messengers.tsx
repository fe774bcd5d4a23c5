import { useQuery } from '@tanstack/react-query'
import { MessagesSquare, Plus, TriangleAlert } from 'lucide-react'
import { type Messenger, messengersQuery } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { href, navigate, type Route } from '../../app/router'
import { Button } from '../../ui/Button'
import { Empty, Skeleton } from '../../ui/Notice'
import { CardList, Loaded, PageHead } from '../parts'
import { MessengerPage } from './MessengerPage'

const at = (item: string | null): Route => ({ page: 'settings', section: 'messengers', item })
const go = (item: string | null) => navigate(at(item), { search: '' })

/** All messengers, or the one whose number (or "new") stands in the address. */
export default function Messengers({ item }: { item: string | null }) {
  const t = useT()
  const messengers = useQuery(messengersQuery)
  const mayWrite = useMay('mailboxes.write')
  const chosen = messengers.data?.find((one) => String(one.id) === item)
  if (item === 'new' && mayWrite) return <MessengerPage messenger={null} onBack={() => go(null)} onCreated={(id) => go(String(id))} />
  if (item !== null && !messengers.data && !messengers.error) return <Skeleton rows={4} />
  if (chosen) return <MessengerPage key={chosen.id} messenger={chosen} onBack={() => go(null)} onCreated={() => {}} />
  return (
    <>
      <PageHead title={t('settings.messengers')} text={t('messenger.text')}>
        {mayWrite && (
          <Button variant="primary" onClick={() => go('new')}>
            <Plus size={16} aria-hidden />
            {t('messenger.add')}
          </Button>
        )}
      </PageHead>
      <Loaded query={messengers} empty={<Empty icon={MessagesSquare} title={t('messenger.empty')} text={t('messenger.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.messengers')}>
            {items.map((one) => (
              <MessengerRow key={one.id} messenger={one} />
            ))}
          </CardList>
        )}
      </Loaded>
    </>
  )
}

function MessengerRow({ messenger }: { messenger: Messenger }) {
  const t = useT()
  const { team } = useDirectory()
  const sites = messenger.origins.map((origin) => origin.replace(/^https?:\/\//, '')).join(', ')
  const facts = [team(messenger.team_id)?.name, sites].filter(Boolean).join(' · ')
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-3">
      <span className="size-5 shrink-0 rounded-full border border-line-strong" style={{ background: messenger.color }} aria-hidden />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{messenger.name}</p>
        {facts && <p className="truncate text-secondary text-ink-3">{facts}</p>}
        {messenger.origins.length === 0 && (
          <p className="flex items-center gap-1 text-secondary text-ink-2">
            <TriangleAlert size={14} className="shrink-0" aria-hidden />
            {t('messenger.anySite')}
          </p>
        )}
      </div>
      {messenger.can.includes('change') && (
        <a
          href={href(at(String(messenger.id)))}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey) return
            event.preventDefault()
            go(String(messenger.id))
          }}
          className="target inline-flex items-center rounded-control border border-line-strong bg-control px-3 font-medium text-ink no-underline hover:bg-hover"
          aria-label={`${t('action.edit')}: ${messenger.name}`}
        >
          {t('action.edit')}
        </a>
      )}
    </li>
  )
}
