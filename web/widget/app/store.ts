/** One value and its readers. */

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
