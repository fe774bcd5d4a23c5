import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { listQuery } from '../api/queries'
import type { Row } from '../api/types'
import { type Filter, filterSearch } from './filter'
import { settle } from './settle'

export type ShownRow = { row: Row; /** it belongs to this list no longer, and stays until the list may move */ gone: boolean }

/** The rows as they stand on screen. While `held`, nothing that stands there moves. */
export function useRows(filter: Filter, held: boolean) {
  const query = useInfiniteQuery(listQuery(filter))
  const listKey = filterSearch(filter)
  const memory = useRef<{ key: string; order: readonly string[]; rows: Map<string, Row> }>({ key: listKey, order: [], rows: new Map() })
  const [releases, setReleases] = useState(0)
  const released = useRef(releases)

  // The query is another object with every render; only its data say that there is something new.
  const { data } = query
  const shown = useMemo(() => {
    if (memory.current.key !== listKey) memory.current = { key: listKey, order: [], rows: new Map() }
    const fresh = (data?.pages ?? []).flatMap((page) => page.items)
    const unique = [...new Map(fresh.map((row) => [row.id, row])).values()]
    const isReleased = released.current !== releases
    released.current = releases
    const { order, pending } = settle(memory.current.order, unique.map((row) => row.id), held && !isReleased)
    const byId = new Map(unique.map((row) => [row.id, row]))
    const rows: ShownRow[] = order.flatMap((id) => {
      const row = byId.get(id) ?? memory.current.rows.get(id)
      return row ? [{ row, gone: !byId.has(id) }] : []
    })
    memory.current = { key: listKey, order, rows: new Map(rows.map(({ row }) => [row.id, row])) }
    return { rows, pending }
  }, [data, listKey, held, releases])
  return { query, ...shown, release: () => setReleases((n) => n + 1) }
}
