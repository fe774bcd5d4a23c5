import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Mailbox, MailboxRhythm } from '../../api/types'
import { settingsList } from '../queries'

export const mailboxesQuery = settingsList<Mailbox>('/api/mailboxes')

export const rhythmQuery = (id: number) =>
  queryOptions({
    queryKey: ['/api/mailboxes', id, 'rhythm'],
    queryFn: ({ signal }) => api.get<MailboxRhythm>(`/api/mailboxes/${id}/rhythm`, undefined, signal),
    staleTime: 60_000,
    refetchInterval: 60_000,
  })
