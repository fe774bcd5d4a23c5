import { useEffect } from 'react'
import { COMMANDS, type CommandId } from './catalogue'
import { createSequence, isTyping, pressName } from './keys'
import { isAvailable, runCommand } from './registry'

const BY_KEYS = new Map<string, CommandId[]>()
const PREFIXES = new Set<string>()
for (const [id, { keys = [] }] of Object.entries(COMMANDS) as [CommandId, { keys?: readonly string[] }][]) {
  for (const press of keys) {
    BY_KEYS.set(press, [...(BY_KEYS.get(press) ?? []), id])
    if (press.includes(' ')) PREFIXES.add(press.split(' ')[0]!)
  }
}

/** Ctrl with anything, and Alt with a digit, mean a command also while somebody types. */
const isCombination = (press: string): boolean => /^ctrl\+|^alt\+\d$/.test(press)

/**
 * Listens once for the whole workspace. Combinations come before any field or editor sees them; single keys
 * come last and rest while somebody types, a dialog or a menu is open.
 */
export function useShortcuts(): void {
  useEffect(() => {
    const follow = createSequence(PREFIXES)
    const run = (event: KeyboardEvent, name: string | null) => {
      const id = name === null ? undefined : BY_KEYS.get(name)?.find(isAvailable)
      if (!id) return
      event.preventDefault()
      event.stopPropagation()
      runCommand(id)
    }
    const combination = (event: KeyboardEvent) => {
      const press = pressName(event)
      if (isCombination(press) && !event.isComposing && !event.repeat) run(event, press)
    }
    const single = (event: KeyboardEvent) => {
      const press = pressName(event)
      if (isCombination(press) || event.defaultPrevented || event.isComposing || isTyping(event.target)) return
      if (document.querySelector('[data-modal], [role=menu]')) return
      run(event, follow(press, event.timeStamp))
    }
    window.addEventListener('keydown', combination, true)
    window.addEventListener('keydown', single)
    return () => {
      window.removeEventListener('keydown', combination, true)
      window.removeEventListener('keydown', single)
    }
  }, [])
}
