/** What a person chose for this browser: theme, language, pane widths. Kept in local storage. */
import { useSyncExternalStore } from 'react'

export type Preferences = {
  language: string
  theme: string
  listWidth: string
  contactWidth: string
  contactPane: string
  order: string
  /** Whether suggested replies are folded away. */
  suggestionsFolded: string
  /** The mailbox one has written from last. */
  sender: string
  /** The help centre one worked in last. */
  helpCentre: string
}

const PREFIX = 'hark.'
const listeners = new Set<() => void>()

export function preference<K extends keyof Preferences>(name: K): string | null {
  return localStorage.getItem(PREFIX + name)
}

export function setPreference<K extends keyof Preferences>(name: K, value: string | null): void {
  if (value === null) localStorage.removeItem(PREFIX + name)
  else localStorage.setItem(PREFIX + name, value)
  for (const listener of listeners) listener()
}

export function usePreference<K extends keyof Preferences>(name: K): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => preference(name))
  return [value, (next) => setPreference(name, next)]
}

/** Puts the chosen theme on the root element; without a choice the system's preference rules by CSS alone. */
export function applyTheme(): void {
  const theme = preference('theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}
