/** Old state + live events == fresh state: how frames of the socket change what is cached. Pure; order and repetition of frames do not matter. */
import type { Page, Row, ThreadItem } from '../api/types'

/** Takes newer rows into the pages where they stand. Membership and order are the server's: the list refetches them. */
export function mergeRows<T extends Page<Row>>(pages: readonly T[], rows: readonly Row[]): T[] {
  const newest = new Map<string, Row>()
  for (const row of rows) {
    const other = newest.get(row.id)
    if (!other || other.seq <= row.seq) newest.set(row.id, row)
  }
  return pages.map((page) => {
    let touched = false
    const items = page.items.map((old) => {
      const row = newest.get(old.id)
      if (!row || row.seq < old.seq) return old
      touched = true
      return row
    })
    return touched ? { ...page, items } : page
  })
}

/**
 * Takes thread items into pages of a thread (newest page first, each page newest item first).
 * An item replaces the one with its seq; a new one joins the newest page. Items older than what is loaded wait for their page.
 */
export function mergeThread<T extends Page<ThreadItem>>(pages: readonly T[], items: readonly ThreadItem[]): T[] {
  const first = pages[0]
  if (!first) return [...pages]
  const bySeq = new Map(items.map((item) => [itemKey(item), item]))
  const known = new Set<string>()
  const merged = pages.map((page) => {
    let touched = false
    const next = page.items.map((old) => {
      known.add(itemKey(old))
      const item = bySeq.get(itemKey(old))
      if (item) touched = true
      return item ?? old
    })
    return touched ? { ...page, items: next } : page
  })
  const floor = first.items.at(-1)?.seq ?? 0
  const fresh = [...bySeq.values()].filter((item) => !known.has(itemKey(item)) && item.seq > floor)
  if (fresh.length === 0) return merged
  const top = [...merged[0]!.items, ...fresh].sort((a, b) => b.seq - a.seq || itemKey(a).localeCompare(itemKey(b)))
  return [{ ...merged[0]!, items: top }, ...merged.slice(1)]
}

/** A message and the event that brought it share a seq, so the type belongs into the key. */
export function itemKey(item: ThreadItem): string {
  return `${item.type}:${item.seq}`
}
