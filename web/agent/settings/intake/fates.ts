export const FATES = ['open', 'new', 'message', 'applied', 'bounce', 'auto_reply', 'held', 'parked', 'duplicate', 'loop', 'spam', 'dropped'] as const
export type Fate = (typeof FATES)[number]

export type IntakeItem = {
  id: string
  account_id: number
  received_at: string
  source: string
  fate: Fate
  reason: string | null
  size: number
  envelope: { mail_from?: string; rcpt_to?: string[]; peer?: string; folder?: string; uid?: number }
  attempts: number
  raw: boolean
  conversation_id: string | null
  message_id: string | null
  can: string[]
}

/** Held and parked wait for a person; delivered ones are done. */
export function fateTone(fate: Fate): 'done' | 'wrong' | 'plain' {
  if (fate === 'held' || fate === 'parked') return 'wrong'
  return fate === 'new' || fate === 'message' || fate === 'applied' ? 'done' : 'plain'
}
