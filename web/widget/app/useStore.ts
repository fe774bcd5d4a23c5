import { useLayoutEffect, useState } from 'preact/hooks'
import type { Store } from './store'

/** Renders the component again only when what it selects has changed. */
export function useStore<S extends object, T>(store: Store<S>, select: (state: S) => T): T {
  const [, render] = useState(0)
  const value = select(store.get())
  useLayoutEffect(() => {
    let last = value
    const look = () => {
      const next = select(store.get())
      if (!Object.is(next, last)) {
        last = next
        render((n) => n + 1)
      }
    }
    look()
    return store.subscribe(look)
  })
  return value
}
