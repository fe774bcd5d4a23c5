/** One value, its readers, and a hook that renders a component again only when what it selects has changed. */
import { useLayoutEffect, useState } from 'preact/hooks'

export type Store<S> = {
  get(): S
  set(change: Partial<S> | ((state: S) => Partial<S>)): void
  subscribe(call: () => void): () => void
}

export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial
  const readers = new Set<() => void>()
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...(typeof change === 'function' ? change(state) : change) }
      for (const call of readers) call()
    },
    subscribe(call) {
      readers.add(call)
      return () => readers.delete(call)
    },
  }
}

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
