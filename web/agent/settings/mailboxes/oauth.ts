import { queryOptions } from '@tanstack/react-query'
import type { components } from '../../../shared/api.gen'
import { api, Problem } from '../../api/client'
import type { Mailbox } from '../../api/types'

type Schema = components['schemas']
export type OAuth = Schema['OAuthView']
export type Provider = Schema['ClientView']
export type Flow = Schema['FlowView']
export type Grant = Schema['GrantView']

/** Where providers send the browser back to: /settings/mailboxes/signed-in. */
export const RETURN_ITEM = 'signed-in'

export const oauthQuery = queryOptions({
  queryKey: ['/api/mailboxes/oauth'],
  queryFn: ({ signal }) => api.get<OAuth>('/api/mailboxes/oauth', undefined, signal),
  staleTime: 60_000,
})

export const grantKey = (mailbox: number) => ['/api/mailboxes', mailbox, 'oauth'] as const

/** How a mailbox is signed in to; null when it has passwords. Asked again every minute, for it ends by itself. */
export const grantQuery = (mailbox: number) =>
  queryOptions({
    queryKey: grantKey(mailbox),
    queryFn: ({ signal }) =>
      api.get<Grant>(`/api/mailboxes/${mailbox}/oauth`, undefined, signal).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return null
        throw error
      }),
    refetchInterval: 60_000,
  })

/** By which provider a mailbox is signed in to. */
export function providerOf(mailbox: Mailbox): Provider['provider'] | null {
  const ways = [mailbox.imap?.auth, mailbox.smtp?.auth]
  return ways.find((auth) => auth === 'google' || auth === 'microsoft') ?? null
}

/** Whether providers accept this address to come back to: HTTPS, or this very machine. */
export function isAccepted(redirect: string): boolean {
  const { protocol, hostname } = new URL(redirect)
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1'
}

/** What a provider's page gave the browser; null when the address holds nothing of it. */
export function readReturn(search: string): { state: string; code?: string; error?: string; error_description?: string } | null {
  const query = new URLSearchParams(search)
  const state = query.get('state')
  if (!state) return null
  const code = query.get('code')
  const error = query.get('error')
  if (code && !error) return { state, code }
  return { state, error: (error ?? 'access_denied').slice(0, 200), error_description: (query.get('error_description') ?? '').slice(0, 2000) }
}

/** Seconds as 4:05. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
