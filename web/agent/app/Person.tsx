import { Avatar, type AvatarSize } from '../ui/Avatar'
import { StateMark } from '../ui/StateMark'
import { useT } from './i18n'
import { usePresence } from './live'
import { useDirectory, useMe } from './me'
import type { PersonState } from './signals'

/** Whether somebody is there. One's own hand is known before the server has said it to everybody. */
export function useStateOf(agentId: number): PersonState {
  const stateOf = usePresence()
  const me = useMe().agent
  const state = stateOf(agentId)
  if (me.id !== agentId || me.availability === 'online') return state
  return me.availability
}

/** A colleague as a disc, with the mark of whether they are there; offline has none, as most people are most of the time. */
export function Person({ id, size = 24, title }: { id: number; size?: AvatarSize; title?: string }) {
  const { agent } = useDirectory()
  const me = useMe().agent
  const person = agent(id) ?? (me.id === id ? me : undefined)
  const state = useStateOf(id)
  return (
    <span className="relative inline-flex shrink-0">
      <Avatar name={person?.name ?? '?'} picture={person?.picture_url} size={size} title={title} />
      {state !== 'offline' && (
        <span className="absolute -right-0.5 -bottom-0.5 rounded-full bg-paper p-px">
          <StateMark state={state} size={size >= 32 ? 10 : 8} />
        </span>
      )}
    </span>
  )
}

/** The mark and its word. */
export function StateWord({ id }: { id: number }) {
  const t = useT()
  const state = useStateOf(id)
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap text-secondary text-ink-3">
      <StateMark state={state} />
      {t(`presence.${state}`)}
    </span>
  )
}
