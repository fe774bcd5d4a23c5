import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { MailboxSending, Page, SendingDomain } from '../../api/types'

export const sendingQuery = (id: number) =>
  queryOptions({
    queryKey: ['/api/mailboxes', id, 'sending'],
    queryFn: ({ signal }) => api.get<MailboxSending>(`/api/mailboxes/${id}/sending`, undefined, signal),
    staleTime: 60_000,
  })

export const domainsQuery = queryOptions({
  queryKey: ['/api/sending-domains'],
  queryFn: ({ signal }) => api.get<Page<SendingDomain>>('/api/sending-domains', undefined, signal),
  select: (page: Page<SendingDomain>) => page.items,
  staleTime: 60_000,
})

/** What may be changed of it, as it is sent: a change replaces all of it. */
export const stored = ({ aliases, sender_name, signature_text, signature_html, per_minute, per_day }: MailboxSending) => ({
  aliases,
  sender_name,
  signature_text,
  signature_html,
  per_minute,
  per_day,
})

/** A pattern with its variables filled in, as the server does it. */
export function fill(pattern: string, agent: string, mailbox: string, address: string): string {
  const values: Record<string, string> = { agent, first_name: agent.split(/\s+/)[0] ?? '', mailbox, address }
  return pattern.replace(/\{([^{}\s]*)\}/g, (whole, name: string) => values[name] ?? whole).trim()
}
