/** What is known of the threads, as pure steps: message and socket frames in any order, twice or late, give the same state. */
import type { Message, Thread } from './protocol'

export type Known = {
  thread: Thread
  /** By `seq`, without gaps up to `cursor` once `isLoaded`. */
  messages: Message[]
  /** Everything up to here has come from the server in its order; the own answer to a post does not move it. */
  cursor: number
  isLoaded: boolean
  typing: { name: string; until: number } | null
}
export type Threads = Record<string, Known>

const TYPING_MS = 6_000

/** The threads of a boot; what is loaded stays loaded. A thread not loaded is known up to its head: opening it loads the rest. */
export function withThreads(threads: Threads, list: Thread[]): Threads {
  return list.reduce((all, thread) => withThread(all, thread), threads)
}

export function withThread(threads: Threads, thread: Thread): Threads {
  const known = threads[thread.id]
  if (!known) return { ...threads, [thread.id]: { thread, messages: [], cursor: thread.seq, isLoaded: false, typing: null } }
  // The answer to a post may be older than what the socket has brought meanwhile.
  const { seq, last_at, subject_preview, unread } = thread.seq < known.thread.seq ? known.thread : thread
  const read_seq = Math.max(thread.read_seq, known.thread.read_seq)
  const team_read_seq = Math.max(thread.team_read_seq, known.thread.team_read_seq)
  const merged = { ...thread, seq, last_at, subject_preview, read_seq, team_read_seq, unread: read_seq >= seq ? 0 : unread }
  return { ...threads, [thread.id]: { ...known, thread: merged } }
}

/** A thread begun here: nothing of it can be missing. */
export function begin(threads: Threads, id: string, at: string): Threads {
  if (threads[id]) return threads
  const thread: Thread = { id, subject_preview: '', last_at: at, unread: 0, seq: 0, read_seq: 0, team_read_seq: 0, closed: false }
  return { ...threads, [id]: { thread, messages: [], cursor: 0, isLoaded: true, typing: null } }
}

/** One message of the socket (`inOrder`) or of the answer to a post. `isNew` says whether it was not known yet. */
export function withMessage(threads: Threads, id: string, message: Message, inOrder: boolean): { threads: Threads; isNew: boolean } {
  const begun = begin(threads, id, message.at)
  const known = begun[id]!
  const isNew = message.seq > known.thread.seq
  const countsAsUnread = isNew && message.from !== 'you' && message.seq > known.thread.read_seq
  const thread: Thread = {
    ...known.thread,
    seq: Math.max(known.thread.seq, message.seq),
    unread: known.thread.unread + (countsAsUnread ? 1 : 0),
    ...(isNew ? { last_at: message.at, subject_preview: message.text || known.thread.subject_preview } : {}),
  }
  const cursor = inOrder ? Math.max(known.cursor, message.seq) : known.cursor
  const typing = message.from === 'team' ? null : known.typing
  const messages = insert(known.messages, message)
  return {
    threads: { ...begun, [id]: { ...known, thread, messages, cursor, typing } },
    isNew: messages !== known.messages,
  }
}

/** A page of the thread's history, `isLast` when nothing follows it. */
export function withPage(threads: Threads, id: string, thread: Thread, messages: Message[], isLast: boolean): Threads {
  const known = withThread(threads, thread)[id]!
  const merged = messages.reduce(insert, known.messages)
  const end = messages.at(-1)?.seq ?? 0
  return { ...threads, [id]: { ...known, messages: merged, cursor: Math.max(known.cursor, end), isLoaded: known.isLoaded || isLast } }
}

export function withTyping(threads: Threads, id: string, name: string, isTyping: boolean, now: number): Threads {
  const known = threads[id]
  return known ? { ...threads, [id]: { ...known, typing: isTyping ? { name, until: now + TYPING_MS } : null } } : threads
}

/** The team has read up to `seq`. */
export function withTeamRead(threads: Threads, id: string, seq: number): Threads {
  const known = threads[id]
  if (!known || seq <= known.thread.team_read_seq) return threads
  return { ...threads, [id]: { ...known, thread: { ...known.thread, team_read_seq: seq } } }
}

/** The visitor has read everything there is. */
export function withRead(threads: Threads, id: string): Threads {
  const known = threads[id]
  if (!known || (known.thread.unread === 0 && known.thread.read_seq >= known.thread.seq)) return threads
  return { ...threads, [id]: { ...known, thread: { ...known.thread, unread: 0, read_seq: known.thread.seq } } }
}

export function unreadOf(threads: Threads): number {
  return Object.values(threads).reduce((sum, known) => sum + known.thread.unread, 0)
}

/** How far each thread is known: what a new socket is told. */
export function cursors(threads: Threads): Record<string, number> {
  return Object.fromEntries(Object.entries(threads).map(([id, known]) => [id, known.cursor]))
}

export function newestFirst(threads: Threads): Known[] {
  return Object.values(threads).toSorted((a, b) => b.thread.last_at.localeCompare(a.thread.last_at))
}

function insert(messages: Message[], message: Message): Message[] {
  if (messages.some((one) => one.id === message.id)) return messages
  const at = messages.findLastIndex((one) => one.seq < message.seq) + 1
  return [...messages.slice(0, at), message, ...messages.slice(at)]
}
