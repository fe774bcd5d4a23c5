/** What stands in a thread besides the messages: days, "new since you looked", grey lines. Pure. */
import { sameDay } from '../../shared/time'
import type { Message, ThreadEvent, ThreadItem } from '../api/types'

export type Entry =
  | { type: 'day'; key: string; at: string }
  | { type: 'new'; key: string }
  | { type: 'message'; key: string; message: Message }
  | { type: 'chat'; key: string; message: Message; /** begins, ends what one person said in a row */ first: boolean; last: boolean }
  | { type: 'events'; key: string; events: ThreadEvent[] }

/** Bubbles of one person stand together as long as no more than this lies between two of them. */
const TOGETHER_MS = 300_000

/** Whether a message was said in a chat and is drawn as a bubble; notes and what Hark says stay cards and lines. */
export function isChat(message: Message): boolean {
  return message.channel === 'messenger' && (message.kind === 'message' || message.kind === 'auto_reply')
}

function continues(previous: Entry | undefined, message: Message): previous is Entry & { type: 'chat' } {
  if (previous?.type !== 'chat') return false
  const before = previous.message
  return (
    before.direction === message.direction &&
    before.author.kind === message.author.kind &&
    before.author.id === message.author.id &&
    Date.parse(message.at) - Date.parse(before.at) <= TOGETHER_MS
  )
}

/**
 * The last of the team's chat messages the visitor has read: its bubble says so.
 * @param readSeq how far the visitor of an endpoint has read
 */
export function lastRead(items: readonly ThreadItem[], readSeq: (endpointId: string | null) => number): Message | null {
  const read = items.findLast((item) => item.type === 'message' && isChat(item) && item.direction === 'out' && item.seq <= readSeq(item.endpoint_id))
  return read?.type === 'message' ? read : null
}

/**
 * @param items oldest first
 * @param seenSeq how far this person had looked when the thread was opened; null draws no line
 * @param isShown whether an event says anything to people (most only move state)
 */
export function buildEntries(items: readonly ThreadItem[], seenSeq: number | null, isShown: (event: ThreadEvent) => boolean): Entry[] {
  const entries: Entry[] = []
  let lastAt: string | null = null
  let isLineDrawn = seenSeq === null || seenSeq === 0
  for (const item of items) {
    if (item.type === 'event' && !isShown(item)) continue
    if (lastAt === null || !sameDay(lastAt, item.at)) entries.push({ type: 'day', key: `day:${item.conversation_id}:${item.seq}`, at: item.at })
    lastAt = item.at
    if (!isLineDrawn && seenSeq !== null && item.seq > seenSeq && item.type === 'message' && item.direction !== 'out') {
      isLineDrawn = true
      if (entries.some((entry) => entry.type === 'message' || entry.type === 'chat')) entries.push({ type: 'new', key: 'new' })
    }
    const previous = entries.at(-1)
    if (item.type === 'message' && isChat(item)) {
      const isTogether = continues(previous, item)
      if (isTogether) previous.last = false
      entries.push({ type: 'chat', key: `message:${item.id}`, message: item, first: !isTogether, last: true })
    } else if (item.type === 'message') entries.push({ type: 'message', key: `message:${item.id}`, message: item })
    else if (previous?.type === 'events') previous.events.push(item)
    else entries.push({ type: 'events', key: `events:${item.conversation_id}:${item.seq}`, events: [item] })
  }
  return entries
}

/** The customer's last message that waits for an answer: everything public after it is the customer's own. */
export function waitingMessage(items: readonly ThreadItem[]): Message | null {
  for (const item of items.toReversed()) {
    if (item.type !== 'message' || item.kind === 'note' || item.kind === 'system') continue
    if (item.direction === 'in' && item.kind === 'message') return item.needs_answer ? item : null
    if (item.direction === 'out' && item.kind === 'message' && !item.keeps_ball) return null
  }
  return null
}

/** Whether a public message of the conversation itself would stay when the chosen ones go, as far as it is loaded. */
export function staysBehind(items: readonly ThreadItem[], chosen: ReadonlySet<string>, conversationId: string): boolean {
  return items.some((item) => item.type === 'message' && item.conversation_id === conversationId && item.kind !== 'note' && item.kind !== 'system' && !chosen.has(item.id))
}

/** What the split-off conversation is called unless one says otherwise: the subject of its first message, without Re: and the like. */
export function splitSubject(items: readonly ThreadItem[], chosen: ReadonlySet<string>, fallback: string): string {
  const first = items.find((item) => item.type === 'message' && chosen.has(item.id))
  const subject = first?.type === 'message' ? (first.headers.subject ?? '') : ''
  return subject.replace(/^(?:\s*(?:re|fw|fwd|aw|wg|r|i|rif)\s*:)+\s*/i, '') || fallback
}

/** Text cut into plain pieces and links (http, https, mail addresses). */
export function linkPieces(text: string): { text: string; href: string | null }[] {
  const pieces: { text: string; href: string | null }[] = []
  let last = 0
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g)) {
    if (match.index > last) pieces.push({ text: text.slice(last, match.index), href: null })
    pieces.push({ text: match[0], href: match[0].startsWith('http') ? match[0] : `mailto:${match[0]}` })
    last = match.index + match[0].length
  }
  if (last < text.length) pieces.push({ text: text.slice(last), href: null })
  return pieces
}
