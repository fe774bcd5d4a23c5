import { useSyncExternalStore } from 'react'

/** One pane at a time below this width, in px. */
export const ONE_PANE = '(max-width: 719px)'
/** The customer pane slides over the thread below this width. */
export const NO_CONTACT_PANE = '(max-width: 1099px)'

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => window.matchMedia(query).matches,
  )
}
