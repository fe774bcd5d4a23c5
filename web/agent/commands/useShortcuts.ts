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

/** Listens once for the whole workspace. Single keys rest while somebody types or a dialog is open. */
export function useShortcuts(): void {
  useEffect(() => {
    const follow = createSequence(PREFIXES)
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat && event.key === 'Enter') return
      const press = pressName(event)
      const isPlain = !press.startsWith('ctrl+')
      if (isPlain && (isTyping(event.target) || document.querySelector('[data-modal]'))) return
      const name = isPlain ? follow(press, event.timeStamp) : press
      const id = name === null ? undefined : BY_KEYS.get(name)?.find(isAvailable)
      if (!id) return
      event.preventDefault()
      runCommand(id)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
