import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ThreadEvent } from '../api/types'
import { useT } from '../app/i18n'
import { decisionsQuery } from './queries'

/** Ends the grey line of a routing decision: the explanation on demand, with the numbers it was made on. */
export function RoutingWhy({ event }: { event: ThreadEvent }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const decisions = useQuery({ ...decisionsQuery(event.conversation_id), enabled: open })
  const decision = decisions.data?.find((one) => one.seq === event.seq)
  return (
    <>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="target -my-1 rounded-control px-1 text-accent-ink hover:underline">
        {t('routing.why')}
      </button>
      {open && (
        <span role="note" className="order-last basis-full text-ink-2">
          {decision?.text ?? (decisions.isPending ? '…' : t('routing.noWhy'))}
        </span>
      )}
    </>
  )
}
