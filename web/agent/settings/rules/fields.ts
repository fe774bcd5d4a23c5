/** What a rule can ask, in the words of the filter catalogue. The form offers the common part; the API takes all of it. */
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

type Kind = 'text' | 'team' | 'tag' | 'account' | 'severity' | 'topic' | 'channel' | 'yes'

export const FIELDS = [
  { field: 'address', op: 'ends_with', kind: 'text' },
  { field: 'address', op: 'is', kind: 'text' },
  { field: 'subject', op: 'contains', kind: 'text' },
  { field: 'subject', op: 'contains_not', kind: 'text' },
  { field: 'preview', op: 'contains', kind: 'text' },
  { field: 'account', op: 'is', kind: 'account' },
  { field: 'team', op: 'is', kind: 'team' },
  { field: 'tag', op: 'has', kind: 'tag' },
  { field: 'tag', op: 'has_not', kind: 'tag' },
  { field: 'severity', op: 'at_least', kind: 'severity' },
  { field: 'topic', op: 'is', kind: 'topic' },
  { field: 'channel', op: 'has', kind: 'channel' },
  { field: 'plan', op: 'is', kind: 'text' },
  { field: 'vip', op: 'is', kind: 'yes' },
  { field: 'waiting', op: 'is', kind: 'yes' },
] as const satisfies readonly { field: string; op: string; kind: Kind }[]

export type TestName = `${(typeof FIELDS)[number]['field']}.${(typeof FIELDS)[number]['op']}`

export function isTest(condition: Condition): condition is Test {
  return 'field' in condition
}

/** The tests of a condition the form can show: one test, or all/any of tests. Null for a deeper tree. */
export function flatTests(condition: Condition): { every: boolean; tests: Test[] } | null {
  if (isTest(condition)) return { every: true, tests: [condition] }
  if ('not' in condition) return null
  const parts = 'all' in condition ? condition.all : condition.any
  return parts.every(isTest) ? { every: 'all' in condition, tests: parts } : null
}

export function fieldOf(test: Test) {
  return FIELDS.find((one) => one.field === test.field && one.op === test.op)
}
