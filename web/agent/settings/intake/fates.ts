export const FATES = ['open', 'new', 'message', 'applied', 'bounce', 'auto_reply', 'held', 'parked', 'duplicate', 'loop', 'spam', 'dropped'] as const
export type Fate = (typeof FATES)[number]

/** Held and parked wait for a person; delivered ones are done. */
export function fateTone(fate: string): 'done' | 'wrong' | 'plain' {
  if (fate === 'held' || fate === 'parked') return 'wrong'
  return fate === 'new' || fate === 'message' || fate === 'applied' ? 'done' : 'plain'
}
