/** Who answers a command at the moment. The screen on top registered last and answers first. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { COMMANDS, type CommandId } from './catalogue'

type Run = () => void
type Handlers = Partial<Record<CommandId, Run | false | undefined>>

const stacks = new Map<CommandId, { current: Run }[]>()
const listeners = new Set<() => void>()
let version = 0

function changed(): void {
  version += 1
  for (const listener of listeners) listener()
}

export function isAvailable(id: CommandId): boolean {
  return (stacks.get(id)?.length ?? 0) > 0
}

/** Runs the command; false when nobody on screen offers it. */
export function runCommand(id: CommandId): boolean {
  const top = stacks.get(id)?.at(-1)
  top?.current()
  return top !== undefined
}

export function availableCommands(): CommandId[] {
  return (Object.keys(COMMANDS) as CommandId[]).filter(isAvailable)
}

/** Offers commands while the component is mounted; a false or missing handler withdraws the command. */
export function useCommands(handlers: Handlers): void {
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  const offered = (Object.keys(handlers) as CommandId[]).filter((id) => handlers[id]).join(' ')
  useEffect(() => {
    const ids = offered.split(' ').filter(Boolean) as CommandId[]
    const entries = ids.map((id) => {
      const entry = {
        current: () => {
          const run = latest.current[id]
          if (run) run()
        },
      }
      stacks.set(id, [...(stacks.get(id) ?? []), entry])
      return { id, entry }
    })
    changed()
    return () => {
      for (const { id, entry } of entries) stacks.set(id, (stacks.get(id) ?? []).filter((other) => other !== entry))
      changed()
    }
  }, [offered])
}

export function useCommandVersion(): number {
  return useSyncExternalStore(subscribe, () => version)
}

export function useAvailable(id: CommandId): boolean {
  return useSyncExternalStore(subscribe, () => isAvailable(id))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
