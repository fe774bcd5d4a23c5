/**
 * What is true at this moment and forgotten with it: who is here, who looks at what, what a visitor does.
 * The socket feeds it; nothing of it is kept, and losing a signal is harmless.
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { useMe } from './me'

export type PersonState = 'online' | 'busy' | 'away' | 'offline'
export type Viewer = { id: number; typing: boolean }
/** A person who has an article open to write, and the language of it. */
export type Editor = { id: number; language: string }
/** What the signals said since the line stands; what they did not say is as the server's last answer had it. */
export type VisitorNow = { live?: boolean; typing?: boolean; page?: { url: string; title: string } | null; read_seq?: number; read_at?: string }

export type Hello = { presence?: { agent_id: number; state: PersonState }[]; viewers?: { conversation_id: string; agents: Viewer[] }[]; editors?: { article_id: number; agents: Editor[] }[] }
export type Signal =
  | { type: 'presence'; agent_id: number; state: PersonState }
  | { type: 'viewers'; conversation_id: string; agents: Viewer[] }
  | { type: 'editors'; article_id: number; agents: Editor[] }
  | ({ type: 'visitor'; conversation_id: string } & VisitorNow)

export type Signals = {
  people: ReadonlyMap<number, PersonState>
  viewers: ReadonlyMap<string, readonly Viewer[]>
  editors: ReadonlyMap<number, readonly Editor[]>
  visitors: ReadonlyMap<string, VisitorNow>
}

/** Visitors who type say so every 3 s; who stops without a word (a closed lid) stops typing for us after this. */
const TYPING_MS = 7_000
const NOBODY: readonly Viewer[] = []
const NO_EDITOR: readonly Editor[] = []
const UNSAID: VisitorNow = {}

/** The snapshot of a new line: everything older is forgotten. */
export function startSignals(hello: Hello): Signals {
  return {
    people: new Map((hello.presence ?? []).map((one) => [one.agent_id, one.state])),
    viewers: new Map((hello.viewers ?? []).map((one) => [one.conversation_id, one.agents])),
    editors: new Map((hello.editors ?? []).map((one) => [one.article_id, one.agents])),
    visitors: new Map(),
  }
}

/** The state after one signal. Repetition changes nothing; viewers replace, a visitor's members are merged. */
export function withSignal(state: Signals, signal: Signal): Signals {
  switch (signal.type) {
    case 'presence':
      return { ...state, people: new Map(state.people).set(signal.agent_id, signal.state) }
    case 'viewers': {
      const viewers = new Map(state.viewers)
      if (signal.agents.length > 0) viewers.set(signal.conversation_id, signal.agents)
      else viewers.delete(signal.conversation_id)
      return { ...state, viewers }
    }
    case 'editors': {
      const editors = new Map(state.editors)
      if (signal.agents.length > 0) editors.set(signal.article_id, signal.agents)
      else editors.delete(signal.article_id)
      return { ...state, editors }
    }
    case 'visitor': {
      const { type: _type, conversation_id: id, ...said } = signal
      const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      return { ...state, visitors: new Map(state.visitors).set(id, { ...state.visitors.get(id), ...known }) }
    }
  }
}

let state = startSignals({})
const listeners = new Set<() => void>()
const typists = new Map<string, ReturnType<typeof setTimeout>>()

function set(next: Signals): void {
  state = next
  for (const listener of listeners) listener()
}

/** A line has begun (its hello) or is lost ({}). */
export function resetSignals(hello: Hello): void {
  for (const timer of typists.values()) clearTimeout(timer)
  typists.clear()
  set(startSignals(hello))
}

export function takeSignal(signal: Signal): void {
  set(withSignal(state, signal))
  if (signal.type !== 'visitor' || signal.typing === undefined) return
  const id = signal.conversation_id
  clearTimeout(typists.get(id))
  typists.delete(id)
  if (signal.typing) typists.set(id, setTimeout(() => takeSignal({ type: 'visitor', conversation_id: id, typing: false }), TYPING_MS))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** How to ask for anybody's state; offline is who was not named. */
export function usePresence(): (agentId: number) => PersonState {
  const people = useSyncExternalStore(subscribe, () => state.people)
  return useCallback((agentId) => people.get(agentId) ?? 'offline', [people])
}

/** The colleagues who have the conversation open, typists first; never oneself. */
export function useViewers(conversationId: string): readonly Viewer[] {
  const me = useMe().agent.id
  const viewers = useSyncExternalStore(subscribe, () => state.viewers.get(conversationId) ?? NOBODY)
  return useMemo(() => {
    const others = viewers.filter((viewer) => viewer.id !== me)
    return others.length === 0 ? NOBODY : others.toSorted((a, b) => Number(b.typing) - Number(a.typing) || a.id - b.id)
  }, [viewers, me])
}

/** The colleagues who have the article open to write; never oneself. */
export function useEditors(articleId: number): readonly Editor[] {
  const me = useMe().agent.id
  const editors = useSyncExternalStore(subscribe, () => state.editors.get(articleId) ?? NO_EDITOR)
  return useMemo(() => {
    const others = editors.filter((editor) => editor.id !== me)
    return others.length === 0 ? NO_EDITOR : others
  }, [editors, me])
}

/** What the visitor of a conversation does at this moment, as far as signals have said it. */
export function useVisitor(conversationId: string): VisitorNow {
  return useSyncExternalStore(subscribe, () => state.visitors.get(conversationId) ?? UNSAID)
}
