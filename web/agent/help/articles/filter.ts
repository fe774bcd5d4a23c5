/** The list's filters, as they stand in the address. Pure. */
import type { TextState, Visibility } from '../types'

export const STATES = ['draft', 'review', 'published', 'missing', 'stale', 'archived'] as const
export type StateFilter = TextState | 'stale'
/** `collection` 0: in none. */
export type Filter = { q: string; collection: number | null; language: string | null; state: StateFilter | null; visibility: Visibility | null }

export function parseFilter(search: string): Filter {
  const given = new URLSearchParams(search)
  const collection = given.get('collection')
  const state = given.get('state')
  const visibility = given.get('visibility')
  return {
    q: given.get('q') ?? '',
    collection: collection !== null && /^\d+$/.test(collection) ? Number(collection) : null,
    language: given.get('language'),
    state: STATES.find((one) => one === state) ?? null,
    visibility: visibility === 'public' || visibility === 'internal' || visibility === 'segment' ? visibility : null,
  }
}

export function filterSearch(filter: Filter): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value !== null && value !== '') given.set(name, String(value))
  const text = given.toString()
  return text ? `?${text}` : ''
}

/** The same order with one id moved next to another. */
export function moved(ids: readonly number[], id: number, to: number): number[] {
  const rest = ids.filter((one) => one !== id)
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, id)
  return rest
}
