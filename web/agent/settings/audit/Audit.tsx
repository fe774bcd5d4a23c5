import { useInfiniteQuery } from '@tanstack/react-query'
import { FileClock } from 'lucide-react'
import { absolute, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { AuditEntry, Page } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead } from '../parts'

export default function Audit() {
  const t = useT()
  const query = useInfiniteQuery({
    queryKey: ['/api/audit'],
    queryFn: ({ pageParam, signal }) => api.get<Page<AuditEntry>>('/api/audit', { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const entries = query.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <PageHead title={t('settings.audit')} text={t('audit.text')} />
      <Loaded query={{ ...query, data: entries }} empty={<Empty icon={FileClock} title={t('audit.empty')} />}>
        {(items) => (
          <CardList label={t('settings.audit')}>
            {items.map((entry) => (
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </CardList>
        )}
      </Loaded>
      {query.hasNextPage && (
        <Button className="mt-4" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('action.more')}
        </Button>
      )}
    </>
  )
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const details = Object.entries(entry.data)
  return (
    <li className="flex min-h-11 flex-wrap items-baseline gap-x-3 px-4 py-2">
      <span className="font-medium">{entry.actor_name ?? t('author.system')}</span>
      <code className="text-secondary text-ink-2">{entry.action}</code>
      <span className="text-secondary text-ink-3">{entry.subject}</span>
      <span className="grow" />
      <time className="tabular text-secondary text-ink-3" dateTime={entry.at} title={absolute(entry.at, language)}>
        {moment(entry.at, now, language)}
      </time>
      {details.length > 0 && (
        <p className="w-full text-secondary break-words text-ink-3">
          {details.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · ')}
        </p>
      )}
    </li>
  )
}
