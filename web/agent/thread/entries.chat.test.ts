import { describe, expect, test } from 'vitest'
import type { Message, ThreadEvent, ThreadItem } from '../api/types'
import { buildEntries, lastRead } from './entries'

const at = (minute: number) => new Date(2026, 10, 20, 8, minute).toISOString()
const bubble = (seq: number, minute: number, more: Partial<Message> = {}) =>
  ({
    type: 'message', id: `m${seq}`, seq, kind: 'message', channel: 'messenger', direction: 'in', at: at(minute), endpoint_id: 'e1',
    author: { kind: 'customer', id: 'c1', name: 'Bo' }, ...more,
  }) as Message
const ours = { direction: 'out', author: { kind: 'agent', id: 3, name: 'Ana' } } as const
const shape = (items: ThreadItem[]) =>
  buildEntries(items, null, () => true).flatMap((entry) => (entry.type === 'chat' ? `${entry.first ? '[' : ''}${entry.message.seq}${entry.last ? ']' : ''}` : entry.type))

describe('bubbles', () => {
  test('what one person says within minutes stands together', () => {
    expect(shape([bubble(1, 0), bubble(2, 1), bubble(3, 2, ours), bubble(4, 3)])).toEqual(['day', '[1', '2]', '[3]', '[4]'])
  })

  test('a longer pause, another person and anything between them part a group', () => {
    const line = { type: 'event', seq: 2, kind: 'assigned', at: at(1), conversation_id: 'c' } as ThreadEvent
    expect(shape([bubble(1, 0), bubble(2, 6)])).toEqual(['day', '[1]', '[2]'])
    expect(shape([bubble(1, 0), line, bubble(3, 1)])).toEqual(['day', '[1]', 'events', '[3]'])
    expect(shape([bubble(1, 0, ours), bubble(2, 0, { ...ours, author: { kind: 'agent', id: 4, name: 'Ben' } })])).toEqual(['day', '[1]', '[2]'])
  })

  test('mails and notes of the same thread stay cards', () => {
    expect(shape([bubble(1, 0), bubble(2, 1, { channel: 'email' }), bubble(3, 2, { kind: 'note', direction: 'internal' })])).toEqual(['day', '[1]', 'message', 'message'])
  })
})

describe('lastRead', () => {
  const items = [bubble(1, 0, ours), bubble(2, 1), bubble(3, 2, ours), bubble(4, 3, { ...ours, endpoint_id: 'e2' })]

  test('is the last of ours up to where the visitor has read, per thread of theirs', () => {
    expect(lastRead(items, () => 2)?.id).toBe('m1')
    expect(lastRead(items, (id) => (id === 'e1' ? 9 : 0))?.id).toBe('m3')
    expect(lastRead(items, () => 0)).toBeNull()
  })
})
