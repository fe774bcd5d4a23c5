/** Choosing messages that are about something else, so that they move into a conversation of their own. */
import { createContext, type ReactNode, useContext } from 'react'
import type { Conversation, Message } from '../api/types'
import { useT } from '../app/i18n'

/** `chosen` null: nobody is choosing. */
export type Splitting = { chosen: ReadonlySet<string> | null; begin: (id: string) => void; toggle: (id: string) => void }

const Context = createContext<Splitting | null>(null)
export const SplittingProvider = Context.Provider
export const useSplitting = (): Splitting | null => useContext(Context)

/** Messages of conversations merged in stay with them; what Hark says belongs to the place where it was said. */
export function maySplit(conversation: Pick<Conversation, 'id' | 'can'>, message: Pick<Message, 'conversation_id' | 'kind'>): boolean {
  return conversation.can.includes('split') && message.conversation_id === conversation.id && message.kind !== 'system'
}

/** While somebody chooses, each message that may go has a box beside it. */
export function Choosable({ conversation, message, children }: { conversation: Conversation; message: Message; children: ReactNode }) {
  const t = useT()
  const splitting = useSplitting()
  if (!splitting?.chosen) return children
  const isChosen = splitting.chosen.has(message.id)
  const may = maySplit(conversation, message)
  return (
    <div className={`-mx-2 flex items-start gap-3 rounded-card px-2 ${isChosen ? 'bg-accent-soft' : ''}`}>
      <label className="target mt-3 inline-flex shrink-0 items-center justify-center">
        <input
          type="checkbox"
          checked={isChosen}
          disabled={!may}
          aria-label={t('split.select')}
          onChange={() => splitting.toggle(message.id)}
          className="size-4 accent-accent disabled:opacity-30"
        />
      </label>
      <div className="min-w-0 grow">{children}</div>
    </div>
  )
}
