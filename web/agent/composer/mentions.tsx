import type { SuggestionOptions } from '@tiptap/suggestion'
import type { Agent } from '../api/types'
import { Avatar } from '../ui/Avatar'

type Choose = (attributes: { id: string; label: string }) => void
export type MentionState = { items: Agent[]; active: number; left: number; top: number; choose: Choose }

/** `@` offers the people of the team; the list is drawn by React above the caret. */
export function mentionSuggestion(people: () => readonly Agent[], show: (state: MentionState | null) => void): Omit<SuggestionOptions<Agent>, 'editor'> {
  let state: MentionState | null = null
  const set = (next: MentionState | null) => {
    state = next
    show(next)
  }
  const place = (props: { items: Agent[]; command: (item: never) => void; clientRect?: (() => DOMRect | null) | null }, active: number) => {
    const rect = props.clientRect?.()
    const choose: Choose = (attributes) => props.command(attributes as never)
    set(rect && props.items.length > 0 ? { items: props.items, active, left: rect.left, top: rect.top, choose } : null)
  }
  return {
    char: '@',
    items: ({ query }) => {
      const wanted = query.toLocaleLowerCase()
      return people()
        .filter((agent) => !agent.disabled_at && agent.name.toLocaleLowerCase().includes(wanted))
        .slice(0, 6)
    },
    render: () => ({
      onStart: (props) => place(props, 0),
      onUpdate: (props) => place(props, 0),
      onExit: () => set(null),
      onKeyDown: ({ event }) => {
        if (!state) return false
        if (event.key === 'Escape') {
          set(null)
          return true
        }
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
        if (step !== 0) {
          set({ ...state, active: (state.active + step + state.items.length) % state.items.length })
          return true
        }
        const chosen = state.items[state.active]
        if ((event.key === 'Enter' || event.key === 'Tab') && chosen) {
          state.choose({ id: String(chosen.id), label: chosen.name })
          return true
        }
        return false
      },
    }),
  }
}

export function MentionList({ state }: { state: MentionState }) {
  return (
    <ul
      className="fixed z-50 min-w-52 -translate-y-full rounded-card bg-float p-1 shadow-float"
      style={{ left: Math.min(state.left, window.innerWidth - 220), top: state.top - 6 }}
    >
      {state.items.map((agent, index) => (
        <li key={agent.id}>
          <button
            type="button"
            tabIndex={-1}
            onMouseDown={(event) => {
              event.preventDefault()
              state.choose({ id: String(agent.id), label: agent.name })
            }}
            className={`flex min-h-8 w-full items-center gap-2 rounded-control px-2 text-left ${index === state.active ? 'bg-hover' : ''}`}
          >
            <Avatar name={agent.name} size={20} />
            {agent.name}
          </button>
        </li>
      ))}
    </ul>
  )
}
