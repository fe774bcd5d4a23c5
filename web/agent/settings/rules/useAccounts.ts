import { useQuery } from '@tanstack/react-query'
import { useMay } from '../../app/me'
import { messengersQuery } from '../../api/messenger'
import { mailboxesQuery } from '../mailboxes/queries'

type Account = { id: number; name: string }

/** Mailboxes and messengers, for whoever may read them. */
export function useAccounts(): readonly Account[] {
  const enabled = useMay('mailboxes.read')
  const mailboxes = useQuery({ ...mailboxesQuery, enabled }).data ?? []
  const messengers = useQuery({ ...messengersQuery, enabled }).data ?? []
  return [...mailboxes, ...messengers]
}
