/** Rows never move under the pointer: which order to show while the list is being used. Pure. */

export type Settled = { order: readonly string[]; /** rows that would stand above if the list were free to move */ pending: number }

/**
 * @param shown ids as they stand on screen
 * @param fresh ids as the server orders them now
 * @param held somebody points at the list or has scrolled into it
 *
 * Held, nothing that stands on screen moves: rows that left the list stay where they are (the row says why),
 * rows further down (the next page) are added at the end, and rows that belong above are counted.
 */
export function settle(shown: readonly string[], fresh: readonly string[], held: boolean): Settled {
  if (!held || shown.length === 0) return { order: fresh, pending: 0 }
  const standing = new Set(shown)
  const lastStanding = fresh.findLastIndex((id) => standing.has(id))
  const below = fresh.slice(lastStanding + 1)
  const above = fresh.slice(0, lastStanding + 1).filter((id) => !standing.has(id))
  if (lastStanding === -1) return { order: shown, pending: fresh.length }
  return { order: [...shown, ...below], pending: above.length }
}

/** The row to open when `id` has been dealt with: the next one still in the list, else the one before. */
export function neighbour(order: readonly string[], id: string, gone: ReadonlySet<string>): string | null {
  const at = order.indexOf(id)
  const isLeft = (other: string) => other !== id && !gone.has(other)
  return order.slice(at + 1).find(isLeft) ?? order.slice(0, Math.max(at, 0)).findLast(isLeft) ?? null
}
