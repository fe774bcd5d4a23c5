/** Tells colleagues, and in a chat the customer, that one is writing here. */
import { useEffect, useMemo } from 'react'
import { sendLive } from '../app/live'

const REPEAT_MS = 3_000
const REST_MS = 5_000

export type Say = (typing: boolean) => void

/**
 * Says true with the first key and again every three seconds while keys follow, false after five seconds without one.
 * The server forgets who falls silent by itself; `stop` only makes it quicker.
 */
export function createTypist(say: Say): { press: () => void; stop: () => void } {
  let repeating: ReturnType<typeof setInterval> | undefined
  let resting: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    clearTimeout(resting)
    if (repeating === undefined) return
    clearInterval(repeating)
    repeating = undefined
    say(false)
  }
  const press = () => {
    clearTimeout(resting)
    resting = setTimeout(stop, REST_MS)
    if (repeating !== undefined) return
    say(true)
    repeating = setInterval(() => say(true), REPEAT_MS)
  }
  return { press, stop }
}

/** For the field one writes in. `toCustomer`: it is a reply in a chat, so the customer may know too. */
export function useTypist(conversationId: string, toCustomer: boolean): ReturnType<typeof createTypist> {
  const typist = useMemo(
    () => createTypist((typing) => sendLive({ type: 'typing', conversation_id: conversationId, typing, public: toCustomer })),
    [conversationId, toCustomer],
  )
  useEffect(() => typist.stop, [typist])
  return typist
}
