import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowUp, Coffee, Inbox, SearchX } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { Button } from '../ui/Button'
import { SuggestedInList } from '../routing/Suggested'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import type { Filter } from './filter'
import { ListHeader } from './ListHeader'
import { ListRow } from './ListRow'
import { useRows } from './useRows'

const ROW_HEIGHT = 84

type Props = { filter: Filter; open: string | null; onFilter: (next: Partial<Filter>) => void; onOrder: (ids: readonly string[]) => void }

export function ListPane({ filter, open, onFilter, onOrder }: Props) {
  const t = useT()
  const say = useProblemText()
  const scroller = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState(false)
  const [scrolled, setScrolled] = useState(false)
  const { query, rows, pending, release } = useRows(filter, pointed || scrolled)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => rows[index]!.row.id,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const openIndex = rows.findIndex(({ row }) => row.id === open)

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (last >= rows.length - 10 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  useEffect(() => onOrder(rows.filter((shown) => !shown.gone).map(({ row }) => row.id)), [rows, onOrder])
  useEffect(() => {
    if (openIndex >= 0) virtual.scrollToIndex(openIndex, { align: 'auto' })
    // Only a change of the open conversation scrolls; a new order never does.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [open])

  const top = () => {
    scroller.current?.scrollTo({ top: 0 })
    release()
  }
  return (
    <>
      <ListHeader filter={filter} onFilter={onFilter} />
      <SuggestedInList open={open} />
      <div
        ref={scroller}
        className="relative min-h-0 grow overflow-y-auto"
        onPointerEnter={(event) => event.pointerType === 'mouse' && setPointed(true)}
        onPointerLeave={() => setPointed(false)}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop > 4)}
      >
        {pending > 0 && (
          <div className="pointer-events-none sticky top-2 z-10 flex h-0 justify-center">
            <button
              type="button"
              onClick={top}
              className="fade-in pointer-events-auto inline-flex h-7 items-center gap-1.5 rounded-full bg-accent px-3 text-secondary font-medium text-on-accent shadow-float hover:bg-accent-hover pointer-coarse:h-11"
            >
              <ArrowUp size={14} aria-hidden />
              {t('list.pending', { n: pending })}
            </button>
          </div>
        )}
        {query.error && rows.length === 0 && <ErrorNote {...say(query.error)} onRetry={() => void query.refetch()} className="m-4" />}
        {query.isPending && !query.error && <Skeleton rows={8} />}
        {query.isSuccess && rows.length === 0 && <NoRows filter={filter} onFilter={onFilter} />}
        <ul aria-label={t('list.label')} className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const shown = rows[item.index]!
            return (
              <li key={item.key} className="absolute inset-x-0 top-0" style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}>
                <ListRow {...shown} open={shown.row.id === open} order={filter.order} />
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}

/** An empty list says what its emptiness means and offers the one next action. */
function NoRows({ filter, onFilter }: Pick<Props, 'filter' | 'onFilter'>) {
  const t = useT()
  const mayConnect = useMay('mailboxes.write')
  const isFiltered = filter.q || filter.team || filter.tag || filter.account
  if (isFiltered) {
    return (
      <Empty icon={SearchX} title={t('list.noMatch')} text={t('list.noMatchText')}>
        <Button onClick={() => onFilter({ q: '', team: null, tag: null, account: null })}>{t('list.clearFilters')}</Button>
      </Empty>
    )
  }
  if (filter.view === 'open') {
    return (
      <Empty icon={Coffee} title={t('list.nobodyWaits')} text={t('list.nobodyWaitsText')}>
        {mayConnect && (
          <Button onClick={() => navigate({ page: 'settings', section: 'mailboxes', item: null }, { search: '' })}>{t('mailbox.connect')}</Button>
        )}
      </Empty>
    )
  }
  return <Empty icon={Inbox} title={t(`list.empty.${filter.view}`)} text={t(`list.empty.${filter.view}Text`)} />
}
