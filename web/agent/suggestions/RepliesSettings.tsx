import { useQuery } from '@tanstack/react-query'
import { MessageSquareQuote, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { shownKeys } from '../commands/keys'
import { CardList, Loaded, PageHead, useChange } from '../settings/parts'
import { Button, IconButton } from '../ui/Button'
import { Empty } from '../ui/Notice'
import { CannedDialog } from './CannedDialog'
import { accountsQuery, type Canned, cannedQuery, type SuggestedAccount } from './queries'

/** Canned replies, and from which mailboxes and messengers replies are suggested. */
export default function RepliesSettings() {
  const t = useT()
  const canned = useQuery(cannedQuery)
  const accounts = useQuery(accountsQuery)
  const mayWrite = useMay('suggestions.write')
  const [edited, setEdited] = useState<Canned | 'new' | null>(null)
  return (
    <>
      <PageHead title={t('canned.title')} text={t('canned.text', { keys: shownKeys('alt+0').join(' ') })}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setEdited('new')}>
            <Plus size={16} aria-hidden />
            {t('canned.add')}
          </Button>
        )}
      </PageHead>
      <Loaded query={canned} empty={<Empty icon={MessageSquareQuote} title={t('canned.empty')} text={t('canned.emptyText')} />}>
        {(items) => (
          <CardList label={t('canned.title')}>
            {items.map((one) => (
              <CannedRow key={one.id} one={one} onEdit={() => setEdited(one)} />
            ))}
          </CardList>
        )}
      </Loaded>
      <h2 className="mt-10 text-title font-strong">{t('suggest.accounts')}</h2>
      <p className="mt-1 mb-4 max-w-[68ch] text-ink-2">{t('suggest.accountsText')}</p>
      <Loaded query={accounts} empty={<p className="text-ink-3">{t('suggest.noAccount')}</p>}>
        {(items) => (
          <CardList label={t('suggest.accounts')}>
            {items.map((one) => (
              <AccountRow key={one.id} one={one} />
            ))}
          </CardList>
        )}
      </Loaded>
      {edited && (
        <CannedDialog
          id={edited === 'new' ? undefined : edited.id}
          name={edited === 'new' ? '' : edited.name}
          text={edited === 'new' ? '' : edited.text}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  )
}

function CannedRow({ one, onEdit }: { one: Canned; onEdit: () => void }) {
  const t = useT()
  const change = useChange([cannedQuery.queryKey])
  return (
    <li className="flex items-start gap-2 px-4 py-2.5">
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{one.name}</p>
        <p className="line-clamp-2 text-secondary text-ink-2">{one.text}</p>
      </div>
      <span className="tabular mt-0.5 shrink-0 text-secondary text-ink-3">{one.used > 0 ? t('canned.used', { n: one.used }) : t('canned.unused')}</span>
      {one.can.includes('write') && (
        <span className="flex shrink-0">
          <IconButton label={t('canned.edit', { name: one.name })} onClick={onEdit}>
            <Pencil size={15} aria-hidden />
          </IconButton>
          <IconButton
            label={t('canned.delete', { name: one.name })}
            onClick={() =>
              void change(
                () => api.delete(`/api/canned-replies/${one.id}`),
                t('canned.deleted', { name: one.name }),
                () => void change(() => api.post('/api/canned-replies', { name: one.name, text: one.text })),
              )
            }
          >
            <Trash2 size={15} aria-hidden />
          </IconButton>
        </span>
      )}
    </li>
  )
}

function AccountRow({ one }: { one: SuggestedAccount }) {
  const t = useT()
  const change = useChange([accountsQuery.queryKey, ['suggestions']])
  return (
    <li className="flex min-h-11 items-center gap-3 px-4 py-2">
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{one.name}</p>
        <p className="tabular truncate text-secondary text-ink-3">{t('suggest.learned', { n: one.learned })}</p>
      </div>
      <label className="target flex shrink-0 items-center gap-2 text-secondary">
        <input
          type="checkbox"
          checked={one.enabled}
          disabled={!one.can.includes('write')}
          onChange={(event) => void change(() => api.patch(`/api/suggestion-accounts/${one.id}`, { enabled: event.target.checked }))}
        />
        <span className="sr-only">{one.name}: </span>
        {t('suggest.on')}
      </label>
    </li>
  )
}
