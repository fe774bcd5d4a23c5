/** What can be asked, in the words of the filter catalogue; every field of it stands here, and a test compares. */
import type { Condition, Test } from './types'

export const TRIGGERS = [
  'message_received', 'conversation_started', 'reply_sent', 'assigned', 'tags_changed', 'severity_changed', 'topic_changed', 'snooze_ended', 'promise_due',
  'promise_warned', 'promise_broken',
  'resolved', 'reopened',
] as const

/** What waits until something has lasted: these take a time and a clock. */
export const LASTING = ['waiting_for', 'silent_for', 'held_for', 'open_for'] as const

export function lasts(trigger: string): boolean {
  return (LASTING as readonly string[]).includes(trigger)
}

export type Group = 'conversation' | 'waiting' | 'customer' | 'message' | 'bot'
export type Kind = 'text' | 'texts' | 'word' | 'number' | 'seconds' | 'money' | 'percent' | 'yes' | 'choice' | 'channels' | 'team' | 'agent' | 'account' | 'tags' | 'topic' | 'bot' | 'time' | 'attribute'
export type FieldOf = { group: Group; kind: Kind; words?: readonly string[]; nullable?: boolean }

const STATES = ['open', 'waiting', 'snoozed', 'resolved', 'spam', 'merged'] as const
const STAGES = ['queue', 'agent', 'customer', 'bot', 'outside', 'timer', 'resolved', 'spam'] as const
export const SEVERITIES = ['low', 'normal', 'high', 'urgent'] as const

export const FIELDS = {
  'message.text': { group: 'message', kind: 'text' },
  'message.subject': { group: 'message', kind: 'text' },
  'message.language': { group: 'message', kind: 'word', nullable: true },
  'message.from': { group: 'message', kind: 'texts' },
  'message.to': { group: 'message', kind: 'texts' },
  'message.cc': { group: 'message', kind: 'texts' },
  'message.account': { group: 'message', kind: 'account' },
  'message.attachments': { group: 'message', kind: 'number' },
  'message.file': { group: 'message', kind: 'texts' },
  'message.file_type': { group: 'message', kind: 'texts' },
  'message.first': { group: 'message', kind: 'yes' },
  'message.needs_answer': { group: 'message', kind: 'yes' },
  'message.automatic': { group: 'message', kind: 'yes' },
  'message.origin': { group: 'message', kind: 'choice', words: ['unknown', 'proven', 'forged'] },
  'message.mood': { group: 'message', kind: 'choice', words: ['negative', 'neutral', 'positive'], nullable: true },
  'message.angry': { group: 'message', kind: 'yes' },
  'message.wants_person': { group: 'message', kind: 'yes' },
  'message.wants_to_leave': { group: 'message', kind: 'yes' },
  subject: { group: 'conversation', kind: 'text' },
  preview: { group: 'conversation', kind: 'text' },
  account: { group: 'conversation', kind: 'account' },
  channel: { group: 'conversation', kind: 'channels', words: ['email', 'messenger'] },
  team: { group: 'conversation', kind: 'team', nullable: true },
  assignee: { group: 'conversation', kind: 'agent', nullable: true },
  assignee_online: { group: 'conversation', kind: 'yes' },
  team_online: { group: 'conversation', kind: 'yes' },
  open_hours: { group: 'conversation', kind: 'yes' },
  tag: { group: 'conversation', kind: 'tags' },
  topic: { group: 'conversation', kind: 'topic', nullable: true },
  severity: { group: 'conversation', kind: 'choice', words: SEVERITIES },
  difficulty: { group: 'conversation', kind: 'choice', words: ['easy', 'normal', 'hard'] },
  status: { group: 'conversation', kind: 'choice', words: STATES },
  stage: { group: 'conversation', kind: 'choice', words: STAGES },
  stage_for: { group: 'conversation', kind: 'seconds' },
  answered: { group: 'conversation', kind: 'yes' },
  customer_messages: { group: 'conversation', kind: 'number' },
  replies: { group: 'conversation', kind: 'number' },
  reopens: { group: 'conversation', kind: 'number' },
  number: { group: 'conversation', kind: 'number' },
  created_at: { group: 'conversation', kind: 'time' },
  last_message_at: { group: 'conversation', kind: 'time' },
  snoozed_until: { group: 'conversation', kind: 'time' },
  promised_until: { group: 'conversation', kind: 'time' },
  conversation: { group: 'conversation', kind: 'attribute', nullable: true },
  waiting: { group: 'waiting', kind: 'yes' },
  waiting_for: { group: 'waiting', kind: 'seconds' },
  patience_used: { group: 'waiting', kind: 'percent' },
  heat: { group: 'waiting', kind: 'choice', words: ['cold', 'mild', 'warm', 'hot', 'over', 'far_over'] },
  price: { group: 'waiting', kind: 'money' },
  promise: { group: 'waiting', kind: 'choice', words: ['none', 'running', 'due_soon', 'overdue'] },
  promise_result: { group: 'waiting', kind: 'choice', words: ['none', 'kept', 'broken'] },
  address: { group: 'customer', kind: 'texts' },
  name: { group: 'customer', kind: 'text' },
  customer_language: { group: 'customer', kind: 'word', nullable: true },
  vip: { group: 'customer', kind: 'yes' },
  identified: { group: 'customer', kind: 'yes' },
  unsubscribed: { group: 'customer', kind: 'yes' },
  revenue: { group: 'customer', kind: 'money' },
  plan: { group: 'customer', kind: 'word', nullable: true },
  company_name: { group: 'customer', kind: 'text' },
  company_domain: { group: 'customer', kind: 'word', nullable: true },
  known_since: { group: 'customer', kind: 'time' },
  customer_since: { group: 'customer', kind: 'time' },
  renewal: { group: 'customer', kind: 'time' },
  conversations: { group: 'customer', kind: 'number' },
  open_conversations: { group: 'customer', kind: 'number' },
  visits: { group: 'customer', kind: 'number' },
  page: { group: 'customer', kind: 'texts' },
  came_from: { group: 'customer', kind: 'texts' },
  site_event: { group: 'customer', kind: 'texts' },
  contact: { group: 'customer', kind: 'attribute', nullable: true },
  bot: { group: 'bot', kind: 'bot', nullable: true },
  bot_result: { group: 'bot', kind: 'choice', words: ['none', 'active', 'handed_over', 'answered', 'resolved', 'taken', 'left', 'ended'] },
  asked_for_person: { group: 'bot', kind: 'yes' },
} as const satisfies Record<string, FieldOf>

export type FieldName = keyof typeof FIELDS
export const GROUPS: readonly Group[] = ['message', 'conversation', 'waiting', 'customer', 'bot']

const IDS = ['is', 'is_not'] as const
const COUNT = ['at_least', 'at_most', 'is'] as const
/** What the form offers; the API takes more. */
export const OPS: Record<Kind, readonly string[]> = {
  text: ['contains', 'contains_not', 'has_any_word', 'has_all_words'],
  texts: ['is', 'ends_with', 'contains'],
  word: IDS,
  number: COUNT,
  seconds: ['at_least', 'at_most'],
  money: ['at_least', 'at_most'],
  percent: ['at_least', 'at_most'],
  yes: ['is'],
  choice: ['is', 'is_not', 'at_least', 'at_most'],
  channels: ['has', 'has_not'],
  team: IDS,
  agent: IDS,
  account: IDS,
  tags: ['has', 'has_not'],
  topic: IDS,
  bot: IDS,
  time: ['older_than', 'newer_than', 'within', 'before', 'after'],
  attribute: ['is', 'is_not', 'contains', 'at_least', 'at_most'],
}
const PLAIN = new Set(['status', 'stage', 'bot_result', 'message.origin'])

/** The comparisons of a field: words that stand in no order are not more or less. */
export function opsOf(name: FieldName): readonly string[] {
  return PLAIN.has(name) ? IDS : OPS[FIELDS[name].kind]
}

/** The field of a test; any `contact.x` and `conversation.x` is an attribute. Null for one the form does not know. */
export function fieldOf(test: Test): FieldName | null {
  if (Object.hasOwn(FIELDS, test.field) && FIELDS[test.field as FieldName].kind !== 'attribute') return test.field as FieldName
  const [owner, name] = test.field.split('.')
  return (owner === 'contact' || owner === 'conversation') && name !== undefined ? owner : null
}

export const LISTS: ReadonlySet<string> = new Set(['has_any_word', 'has_all_words', 'in', 'has_any'])

/** A test of this field before anything is filled in. */
export function firstTest(name: FieldName): Test {
  const [op = 'is'] = opsOf(name)
  const kind = FIELDS[name].kind
  return { field: kind === 'attribute' ? `${name}.` : name, op, value: firstValue(kind, op) }
}

export function firstValue(kind: Kind, op: string): unknown {
  if (kind === 'yes') return true
  if (kind === 'seconds') return 7200
  if (kind === 'time') return op === 'before' || op === 'after' ? '' : 86_400
  return LISTS.has(op) ? [] : ''
}

/** Attributes are compared with a number where one is typed. */
export function typed(text: string, op: string): unknown {
  const number = op === 'at_least' || op === 'at_most' ? Number(text) : NaN
  return text.trim() !== '' && !Number.isNaN(number) ? number : text
}

/** A list as people write it, with commas. */
export function splitWords(text: string): string[] {
  return text.split(',').map((word) => word.trim()).filter(Boolean)
}

export function isTest(condition: Condition): condition is Test {
  return 'field' in condition
}

export type Join = 'all' | 'any' | 'none'
export type Tree = { join: Join; parts: readonly Condition[] }

/** Any condition as a group of parts: `not` is “none of these”. */
export function treeOf(condition: Condition): Tree {
  if (isTest(condition)) return { join: 'all', parts: [condition] }
  if ('all' in condition) return { join: 'all', parts: condition.all }
  if ('any' in condition) return { join: 'any', parts: condition.any }
  const inner = condition.not
  return 'any' in inner ? { join: 'none', parts: inner.any } : { join: 'none', parts: [inner] }
}

export function ofTree({ join, parts }: Tree): Condition {
  const list = [...parts]
  return join === 'none' ? { not: { any: list } } : join === 'any' ? { any: list } : { all: list }
}

/** Where the server finds the part `at` of this group: its problems name such a path. */
export function pathOf(path: string, join: Join, at: number): string {
  return join === 'none' ? `${path}.not.any[${at}]` : `${path}.${join}[${at}]`
}

/** Whether anything is asked at all. */
export function asksNothing(condition: Condition): boolean {
  return !isTest(condition) && treeOf(condition).parts.length === 0
}

/** The condition without tests that nobody has finished. */
export function finished(condition: Condition): Condition | null {
  if (isTest(condition)) {
    const empty = condition.value === '' || condition.field.endsWith('.') || (Array.isArray(condition.value) && condition.value.length === 0)
    return empty ? null : condition
  }
  const tree = treeOf(condition)
  const parts = tree.parts.flatMap((part) => finished(part) ?? [])
  return parts.length === 0 ? null : ofTree({ ...tree, parts })
}
