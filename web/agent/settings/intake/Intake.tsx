import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Inbox, RotateCcw, SearchX } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { IntakeItem, Overview } from '../../api/types'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { href, navigate, useSearch } from '../../app/router'
import { useMedia } from '../../app/useMedia'
import { useCommands } from '../../commands/registry'
import { Button } from '../../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import { PageHead } from '../parts'
import { Alarms } from './Alarms'
import { Counts } from './Counts'
import { filterSearch, isFiltered, type LedgerFilter, NO_FILTER, parseFilter } from './filter'
import { FilterBar } from './FilterBar'
import { ItemPane } from './ItemPane'
import { ItemRow } from './ItemRow'
import { LEDGER, ledgerQuery, overviewQuery } from './queries'

/** Below this width a line's detail takes the place of the list. */
const ONE_COLUMN = '(max-width: 1099px)'
const ROW_HEIGHT = 56
const NO_ROWS: IntakeItem[] = []

/** The ledger: everything that came in and what became of it, what needs somebody, and how much ended where. */
export default function Intake({ item: open }: { item: string | null }) {
  const t = useT()
  const client = useQueryClient()
  const filter = parseFilter(useSearch())
  const narrow = useMedia(ONE_COLUMN)
  const [hours, setHours] = useState<number>(24)
  const scroller = useRef<HTMLDivElement>(null)
  const state = useQuery(overviewQuery(hours))
  const overview = state.data
  const query = useInfiniteQuery(ledgerQuery(filter))
  const rows = query.data?.pages.flatMap((page) => page.items) ?? NO_ROWS

  const go = (id: string | null, next: LedgerFilter = filter) =>
    navigate({ page: 'settings', section: 'intake', item: id }, { search: filterSearch(next), replace: next !== filter })
  const show = (next: Partial<LedgerFilter>) => go(narrow ? null : open, { ...filter, ...next })
  const step = (by: 1 | -1) => {
    const at = rows.findIndex((row) => row.id === open)
    const next = at === -1 ? rows[0] : rows[at + by]
    if (next) go(next.id)
  }
  useCommands({
    'list.next': rows.length > 0 && (() => step(1)),
    'list.previous': rows.length > 0 && (() => step(-1)),
    'conversation.close': open !== null && (() => go(null)),
  })
  const sources = overview?.sources ?? []
  const isListShown = !(narrow && open)
  return (
    <>
      {isListShown && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <div ref={scroller} tabIndex={0} role="region" aria-label={t('settings.intake')} className="min-h-0 min-w-0 grow overflow-y-auto outline-offset-[-2px]">
          <div className="mx-auto max-w-[1080px] px-8 py-6 max-[719px]:px-4">
            <PageHead title={t('settings.intake')} text={t('intake.text')}>
              <Button onClick={() => void client.invalidateQueries({ queryKey: LEDGER })}>
                <RotateCcw size={14} aria-hidden />
                {t('action.refresh')}
              </Button>
            </PageHead>
            {overview && (
              <>
                <Alarms overview={overview} onFate={(fate) => show({ ...NO_FILTER, fate })} />
                <Counts overview={overview} hours={hours} onHours={setHours} filter={filter} onFilter={show} />
              </>
            )}
            <FilterBar filter={filter} onFilter={show} sources={sources} />
            {state.isPending ? (
              <Skeleton rows={8} />
            ) : (
              <Lines query={query} rows={rows} filter={filter} open={open} sources={sources} scroller={scroller} onOpen={go} onClear={() => show(NO_FILTER)} />
            )}
          </div>
        </div>
      )}
      {open && (
        <section
          key={open}
          aria-label={t('ledger.detail')}
          className={`flex min-h-0 min-w-0 flex-col ${narrow ? 'grow' : 'w-[min(46%,560px)] shrink-0 border-l border-line bg-panel'}`}
        >
          <ItemPane id={open} sources={sources} narrow={narrow} onClose={() => go(null)} />
        </section>
      )}
    </>
  )
}

type LinesProps = {
  query: { error: unknown; isPending: boolean; hasNextPage: boolean; isFetchingNextPage: boolean; refetch: () => unknown; fetchNextPage: () => unknown }
  rows: readonly IntakeItem[]
  filter: LedgerFilter
  open: string | null
  sources: Overview['sources']
  scroller: React.RefObject<HTMLDivElement | null>
  onOpen: (id: string) => void
  onClear: () => void
}

/** The lines, of which only those on screen are drawn; more are fetched as the end comes near. */
function Lines({ query, rows, filter, open, sources, scroller, onOpen, onClear }: LinesProps) {
  const t = useT()
  const say = useProblemText()
  const list = useRef<HTMLUListElement>(null)
  const [margin, setMargin] = useState(0)
  const pressed = useRef<{ id: string; top: number } | null>(null)
  useEffect(() => {
    const parent = scroller.current?.firstElementChild
    if (!parent) return
    const measure = () => setMargin(list.current?.offsetTop ?? 0)
    const sizes = new ResizeObserver(measure) // alarms and bars come and go above
    sizes.observe(parent)
    measure()
    return () => sizes.disconnect()
  }, [scroller])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    scrollMargin: margin,
    overscan: 10,
    getItemKey: (index) => rows[index]!.id,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (last >= rows.length - 10 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  useLayoutEffect(() => {
    // The detail makes the list narrower and what stands above it taller: the line under the pointer stays there.
    const row = pressed.current && list.current?.querySelector(`[data-id="${pressed.current.id}"]`)
    if (row && scroller.current) scroller.current.scrollTop += row.getBoundingClientRect().top - pressed.current!.top
  }, [margin, open, scroller])
  useEffect(() => {
    const at = rows.findIndex((row) => row.id === open)
    if (at >= 0 && pressed.current?.id !== open) virtual.scrollToIndex(at, { align: 'auto' })
    // Only another open line scrolls; new lines above never do.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [open])

  if (query.error && rows.length === 0) return <ErrorNote {...say(query.error)} onRetry={() => void query.refetch()} className="my-4" />
  if (query.isPending) return <Skeleton rows={8} />
  if (rows.length === 0) {
    return isFiltered(filter) ? (
      <Empty icon={SearchX} title={t('ledger.noMatch')} text={t('ledger.noMatchText')}>
        <Button onClick={onClear}>{t('list.clearFilters')}</Button>
      </Empty>
    ) : (
      <Empty icon={Inbox} title={t('intake.empty')} text={t('intake.emptyText')}>
        <Button onClick={() => navigate({ page: 'settings', section: 'mailboxes', item: null }, { search: '' })}>{t('mailbox.connect')}</Button>
      </Empty>
    )
  }
  const name = (id: number) => sources.find((one) => one.account_id === id)?.name ?? ''
  return (
    <ul ref={list} aria-label={t('ledger.lines')} className="relative" style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => {
        const row = rows[item.index]!
        return (
          <li key={item.key} data-id={row.id} className="absolute inset-x-0 top-0" style={{ height: ROW_HEIGHT, transform: `translateY(${item.start - margin}px)` }}>
            <ItemRow
              item={row}
              mailbox={name(row.account_id)}
              open={row.id === open}
              address={href({ page: 'settings', section: 'intake', item: row.id }) + location.search}
              onOpen={(top) => {
                pressed.current = { id: row.id, top }
                onOpen(row.id)
              }}
            />
          </li>
        )
      })}
    </ul>
  )
}
