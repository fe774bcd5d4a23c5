/** What the ledger shows, as the address bar keeps it. `parseFilter` and `filterSearch` are inverse to each other. Pure. */
import type { Query } from '../../api/client'
import { FATES, SOURCES } from './fates'

export const DAYS = ['1', '7', '30'] as const

/** `fate` also "attention"; `days`: the last so many, "range": from `since` to `until`, both included (yyyy-mm-dd). */
export type LedgerFilter = { q: string; fate: string; account: number | null; source: string; days: string; since: string; until: string }

export const NO_FILTER: LedgerFilter = { q: '', fate: '', account: null, source: '', days: '', since: '', until: '' }
const DAY = /^\d{4}-\d\d-\d\d$/

export function parseFilter(search: string): LedgerFilter {
  const params = new URLSearchParams(search)
  const one = (name: string, known: readonly string[]) => known.find((value) => value === params.get(name)) ?? ''
  const day = (name: string) => (DAY.test(params.get(name) ?? '') ? params.get(name)! : '')
  const account = Number(params.get('mailbox'))
  const days = one('days', [...DAYS, 'range'])
  return {
    q: params.get('q') ?? '',
    fate: one('fate', [...FATES, 'attention']),
    account: Number.isInteger(account) && account > 0 ? account : null,
    source: one('source', SOURCES),
    days,
    since: days === 'range' ? day('since') : '',
    until: days === 'range' ? day('until') : '',
  }
}

export function filterSearch(filter: LedgerFilter): string {
  const params = new URLSearchParams()
  const { account, ...texts } = filter
  for (const [name, value] of Object.entries(texts)) if (value) params.set(name, value)
  if (account) params.set('mailbox', String(account))
  const text = params.toString()
  return text ? `?${text}` : ''
}

export function isFiltered(filter: LedgerFilter): boolean {
  return filterSearch(filter) !== ''
}

/** Days begin at midnight of the reader's clock; `now` only moves the last days on from hour to hour. */
export function filterQuery(filter: LedgerFilter, now: number): Query {
  const hour = 3_600_000
  const start = (day: string, add: number) => {
    const at = new Date(`${day}T00:00:00`)
    at.setDate(at.getDate() + add)
    return Number.isNaN(at.getTime()) ? null : at.toISOString()
  }
  const last = filter.days && filter.days !== 'range' ? new Date(Math.floor(now / hour) * hour - Number(filter.days) * 24 * hour).toISOString() : null
  return {
    q: filter.q,
    fate: filter.fate,
    account: filter.account,
    source: filter.source,
    since: filter.since ? start(filter.since, 0) : last,
    until: filter.until ? start(filter.until, 1) : null,
  }
}
