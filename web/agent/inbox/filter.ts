/** What the list shows, as the address bar keeps it. `parseFilter` and `filterSearch` are inverse to each other. */
import type { Query } from '../api/client'

export const VIEWS = ['open', 'unassigned', 'mine', 'due', 'helping', 'snoozed', 'resolved', 'spam', 'all'] as const
export type View = (typeof VIEWS)[number]
export const ORDERS = ['price', 'oldest', 'newest'] as const
export type Order = (typeof ORDERS)[number]

export type Filter = {
  view: View
  order: Order
  team: number | null
  tag: number | null
  account: number | null
  q: string
}

export function parseFilter(search: string, preferred: string | null = null): Filter {
  const params = new URLSearchParams(search)
  const id = (name: string) => {
    const value = Number(params.get(name))
    return Number.isInteger(value) && value > 0 ? value : null
  }
  const view = VIEWS.find((name) => name === params.get('view')) ?? 'open'
  const order = ORDERS.find((name) => name === params.get('order')) ?? ORDERS.find((name) => name === preferred) ?? 'price'
  return {
    view,
    order: isOrdered(view) ? order : 'newest',
    team: id('team'),
    tag: id('tag'),
    account: id('mailbox'),
    q: params.get('q') ?? '',
  }
}

export function filterSearch(filter: Filter): string {
  const params = new URLSearchParams()
  if (filter.view !== 'open') params.set('view', filter.view)
  if (isOrdered(filter.view)) params.set('order', filter.order)
  if (filter.team) params.set('team', String(filter.team))
  if (filter.tag) params.set('tag', String(filter.tag))
  if (filter.account) params.set('mailbox', String(filter.account))
  if (filter.q) params.set('q', filter.q)
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** Only where somebody may be waiting do the orders by waiting mean anything. */
export function isOrdered(view: View): boolean {
  return view === 'open' || view === 'unassigned' || view === 'mine' || view === 'due' || view === 'helping'
}

/** Everything but spam and what was merged away: the view a search looks through. */
const ALL = JSON.stringify({ field: 'status', op: 'in', value: ['open', 'waiting', 'snoozed', 'resolved'] })

/** Where a warning was given, or it is too late. */
const DUE = JSON.stringify({ field: 'promise', op: 'at_least', value: 'due_soon' })

const CONDITIONS: Partial<Record<View, string>> = { all: ALL, due: DUE }

export function filterQuery(filter: Filter): Query {
  return { filter: CONDITIONS[filter.view] ?? filter.view, order: filter.order, team: filter.team, tag: filter.tag, account: filter.account, q: filter.q }
}
