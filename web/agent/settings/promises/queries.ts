import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import { keys } from '../../api/queries'
import type { AccountPromise, Policy } from '../../api/types'

export type PolicyList = { items: Policy[]; otherwise: AccountPromise[] }

export const promisesQuery = queryOptions({
  queryKey: ['/api/sla/policies'],
  queryFn: ({ signal }) => api.get<PolicyList>('/api/sla/policies', undefined, signal),
  staleTime: 60_000,
})

/** Deadlines stand in rows and headers as well; the server works them out anew a moment later and tells them by itself. */
export const TOUCHES = [promisesQuery.queryKey, keys.lists] as const

export const TARGETS = ['first_reply', 'next_reply', 'resolution'] as const
export type TargetName = (typeof TARGETS)[number]

export const UNITS = { minutes: 60, hours: 3600, days: 86_400 } as const
export type Unit = keyof typeof UNITS

/** The largest unit that says these seconds in a short number. */
export function unitOf(seconds: number): Unit {
  return seconds % UNITS.days === 0 ? 'days' : seconds % UNITS.hours === 0 ? 'hours' : 'minutes'
}

export const inUnit = (seconds: number, unit: Unit): string => String(Math.round((seconds / UNITS[unit]) * 100) / 100)
export const ofUnit = (typed: string, unit: Unit): number => Math.round(Number(typed.replace(',', '.')) * UNITS[unit])
