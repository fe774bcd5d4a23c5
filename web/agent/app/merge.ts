/** Old state + live events == fresh state: how frames of the socket change what is cached. Pure; order and repetition of frames do not matter. */
import type { Page, Row } from '../api/types'

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
