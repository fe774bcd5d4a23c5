import { absolute, dayAndTime, moment } from '../../shared/time'
import type { ThreadEvent, ThreadItem } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { type Directory, useDirectory } from '../app/me'
import { useNow } from '../app/useNow'
import { RoutingWhy } from '../routing/RoutingLine'

/** Event kinds people read as a line; everything else moves state that shows elsewhere. */
const LINES: Record<string, Key> = {
  assigned: 'event.assigned',
  snoozed: 'event.snoozed',
  snooze_ended: 'event.snoozeEnded',
  resolved: 'event.resolved',
  reopened: 'event.reopened',
  marked_spam: 'event.spam',
  unmarked_spam: 'event.notSpam',
  merged: 'event.merged',
  merged_in: 'event.mergedIn',
  unmerged: 'event.unmerged',
  unmerged_out: 'event.unmerged',
  messages_split: 'event.split',
  messages_moved_in: 'event.movedIn',
  promise_due: 'event.promiseDue',
  sla_warned: 'event.slaWarned',
  sla_breached: 'event.slaBreached',
  sla_corrected: 'event.slaCorrected',
  answer_not_needed: 'event.answerNotNeeded',
  answer_needed: 'event.answerNeeded',
  severity_changed: 'event.severity',
  difficulty_changed: 'event.difficulty',
  topic_changed: 'event.topic',
  tags_changed: 'event.tags',
  subject_changed: 'event.subject',
  conversation_erased: 'event.conversationErased',
  customer_left: 'event.customerLeft',
  contact_replaced: 'event.contactReplaced',
  taken_over: 'event.takenOver',
  routed: 'event.routed',
  offered: 'event.offered',
  offer_answered: 'event.offerAccepted',
  returned_to_queue: 'event.returned',
  overflowed: 'event.overflowed',
  bot_took_over: 'event.botTookOver',
  bot_handed_over: 'event.botHandedOver',
  person_asked: 'event.personAsked',
  help_asked: 'event.helpAsked',
  help_accepted: 'event.helpAccepted',
  help_declined: 'event.helpDeclined',
  help_ended: 'event.helpEnded',
}

/** Decisions of the routing: their line can be asked why. */
const ROUTED = new Set(['routed', 'offered', 'offer_answered', 'returned_to_queue', 'overflowed'])
/** How an offer ended, by the number of the journal. */
const OFFER_ENDS: Record<number, Key> = { 1: 'event.offerAccepted', 2: 'event.offerDeclined', 3: 'event.offerTimedOut', 4: 'event.offerWithdrawn' }

/** "MarkedSpam" and "marked_spam" are one name. */
function eventName(kind: string): string {
  return kind.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
}

function isShownEvent(event: ThreadEvent): boolean {
  return eventName(event.kind) in LINES
}

/** Which events of a thread stand as a line: an assignment that routing has made is told by its decision alone. */
export function shownEvents(items: readonly ThreadItem[]): (event: ThreadEvent) => boolean {
  const place = (event: ThreadEvent, by = 0) => `${event.conversation_id} ${event.seq + by}`
  const routed = new Set(items.flatMap((item) => ('data' in item && eventName(item.kind) === 'routed' ? [place(item)] : [])))
  return (event) => isShownEvent(event) && !(eventName(event.kind) === 'assigned' && routed.has(place(event, 1)))
}

export function EventLine({ event }: { event: ThreadEvent }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const directory = useDirectory()
  const actor = event.author.name || t(`author.${event.author.kind}`)
  const text = sentence(event, directory, (key, more = {}) => t(key, { who: actor, ...more }), (at) => dayAndTime(at, now, language))
  return (
    <p className="flex flex-wrap items-baseline justify-center gap-x-2 px-2 text-center text-secondary text-ink-3">
      <span>{text}</span>
      {ROUTED.has(eventName(event.kind)) && <RoutingWhy event={event} />}
      <time className="tabular shrink-0 text-ink-3" dateTime={event.at} title={absolute(event.at, language)}>
        {moment(event.at, now, language)}
      </time>
    </p>
  )
}

type Say = (key: Key, more?: Record<string, string | number>) => string

function sentence(event: ThreadEvent, { agent, team, tag, topic }: Directory, say: Say, when: (at: string) => string): string {
  const data = event.data ?? {}
  const name = eventName(event.kind)
  const key = LINES[name]!
  const id = (field: string) => (typeof data[field] === 'number' ? (data[field] as number) : null)
  if (name === 'assigned') {
    const person = agent(id('assignee_id') ?? id('assignee_after'))
    if (person && event.author.kind === 'agent' && Number(event.author.id) === person.id) return say('event.takenOver')
    const target = person?.name ?? team(id('team_id') ?? id('team_after'))?.name
    return target ? say(key, { target }) : say('event.unassigned')
  }
  if (name.startsWith('help_')) {
    return say(key, { target: ((data.agent_ids as number[] | undefined) ?? []).map((one) => agent(one)?.name ?? '…').join(', ') })
  }
  if (name === 'conversation_erased') return say(data.whole ? key : 'event.partErased')
  if (name === 'overflowed') return say(key, { target: team(id('team_after'))?.name ?? '…' })
  if (ROUTED.has(name)) {
    const end = name === 'offer_answered' ? OFFER_ENDS[id('answer') ?? 0] : undefined
    return say(end ?? key, { target: agent(id('agent_id'))?.name ?? '…' })
  }
  if (name === 'snoozed' && typeof data.until === 'string') return say(key, { time: when(data.until) })
  if (name.startsWith('sla_')) {
    const what = say(`promise.${(['first_reply', 'next_reply', 'resolution'] as const)[Number(data.promise) - 1] ?? 'next_reply'}`)
    return say(key, { what, time: typeof data.due_at === 'string' ? when(data.due_at) : '…' })
  }
  if (name === 'severity_changed' || name === 'difficulty_changed') return levelSentence(event, name, say)
  if (name === 'topic_changed') {
    const after = id('after')
    if (after === null) return say('event.noTopic')
    const by: Partial<Record<typeof event.author.kind, Key>> = { rule: 'event.topicByRule', classifier: 'event.topicByReading' }
    return say(by[event.author.kind] ?? key, { topic: topic(after)?.name ?? '…' })
  }
  if (name === 'tags_changed') {
    const names = (field: string) => ((data[field] as number[] | undefined) ?? []).map((one) => tag(one)?.name ?? '…').join(', ')
    if (names('removed') === '') return say('event.tagged', { tags: names('added') })
    if (names('added') === '') return say('event.untagged', { tags: names('removed') })
    return say(key, { added: names('added'), removed: names('removed') })
  }
  return say(key)
}

/** "Mina raised the severity to high: a deadline is near"; a rule is its own reason. */
function levelSentence(event: ThreadEvent, name: 'severity_changed' | 'difficulty_changed', say: Say): string {
  const [before, after] = [Number(event.data.before ?? 1), Number(event.data.after ?? 1)]
  const level = say(`${name === 'severity_changed' ? 'severity' : 'difficulty'}.${after}` as Key)
  if (event.author.kind === 'classifier') {
    return say(name === 'difficulty_changed' ? 'event.difficultyByReading' : after > before ? 'event.raisedByReading' : 'event.loweredByReading', { level })
  }
  const byRule = event.author.kind === 'rule'
  const key: Key =
    name === 'difficulty_changed'
      ? byRule ? 'event.difficultyByRule' : 'event.difficulty'
      : after > before
        ? byRule ? 'event.raisedByRule' : 'event.raised'
        : byRule ? 'event.loweredByRule' : 'event.lowered'
  const text = say(key, { level })
  return typeof event.data.reason === 'number' ? say('event.because', { event: text, reason: say(`why.${event.data.reason}` as Key) }) : text
}
