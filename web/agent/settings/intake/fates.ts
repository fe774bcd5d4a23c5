/** What the ledger knows: fates, ways in, and how much ended where. Pure. */
import type { FateCount } from '../../api/types'

export const FATES = ['open', 'new', 'message', 'applied', 'bounce', 'auto_reply', 'held', 'parked', 'duplicate', 'loop', 'spam', 'dropped'] as const
export type Fate = (typeof FATES)[number]
export const SOURCES = ['smtp', 'lmtp', 'imap', 'api', 'spool', 'import', 'messenger'] as const
export type Source = (typeof SOURCES)[number]

/** Held and parked wait for a person; delivered ones are done. */
export function fateTone(fate: string): 'done' | 'wrong' | 'plain' {
  if (fate === 'held' || fate === 'parked') return 'wrong'
  return fate === 'new' || fate === 'message' || fate === 'applied' ? 'done' : 'plain'
}

export type Bar<K> = { key: K; items: number; /** of the longest bar, 0 to 1 */ share: number }

function bars<K>(found: ReadonlyMap<K, number>): Bar<K>[] {
  const most = Math.max(1, ...found.values())
  return [...found].map(([key, items]) => ({ key, items, share: items / most }))
}

function sums<K>(counts: readonly FateCount[], key: (count: FateCount) => K): Map<K, number> {
  const found = new Map<K, number>()
  for (const count of counts) found.set(key(count), (found.get(key(count)) ?? 0) + count.items)
  return found
}

/** A bar for each fate something ended in, in the order of the table; `account` null counts all of them. */
export function barsByFate(counts: readonly FateCount[], account: number | null): Bar<Fate>[] {
  const found = sums(counts.filter((count) => account === null || count.account_id === account), (count) => count.fate)
  return bars(new Map(FATES.flatMap((fate) => (found.has(fate) ? [[fate, found.get(fate)!] as const] : []))))
}

/** A bar for each account, the longest first; `fate` as the list is filtered. */
export function barsByAccount(counts: readonly FateCount[], fate: string): Bar<number>[] {
  const wanted = counts.filter((count) => fate === '' || (fate === 'attention' ? count.fate === 'held' || count.fate === 'parked' : count.fate === fate))
  return bars(sums(wanted, (count) => count.account_id)).toSorted((a, b) => b.items - a.items || a.key - b.key)
}
