import { describe, expect, test } from 'vitest'
import type { Message, ThreadEvent, ThreadItem } from '../api/types'
import { buildEntries, linkPieces, splitSubject, staysBehind, waitingMessage } from './entries'

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString()
const message = (seq: number, more: Partial<Message> = {}) =>
  ({ type: 'message', id: `m${seq}`, seq, kind: 'message', direction: 'in', at: at(20, 8), needs_answer: true, keeps_ball: false, ...more }) as Message
const event = (seq: number, kind = 'assigned') => ({ type: 'event', seq, kind, at: at(20, 9) }) as ThreadEvent
const kinds = (items: ThreadItem[], seen: number | null) => buildEntries(items, seen, (one) => one.kind !== 'hidden').map((entry) => entry.type)

describe('buildEntries', () => {
  test('a day line stands before the first thing of each day', () => {
    expect(kinds([message(1), message(2), message(3, { at: at(21, 8) })], null)).toEqual(['day', 'message', 'message', 'day', 'message'])
  })

  test('events in a row are one grey line, hidden ones none', () => {
    expect(kinds([message(1), event(2), event(3), event(4, 'hidden'), message(5)], null)).toEqual(['day', 'message', 'events', 'message'])
  })

  test('"new" stands once, before the first message from others after what was seen', () => {
    expect(kinds([message(1), message(2), message(3)], 1)).toEqual(['day', 'message', 'new', 'message', 'message'])
    expect(kinds([message(1), message(2, { direction: 'out' })], 1)).toEqual(['day', 'message', 'message'])
    expect(kinds([message(1), message(2)], 2)).toEqual(['day', 'message', 'message'])
    expect(kinds([message(1), message(2)], 0)).toEqual(['day', 'message', 'message'])
  })
})

describe('waitingMessage', () => {
  test('is the last customer message without a public answer', () => {
    expect(waitingMessage([message(1), message(2)])?.seq).toBe(2)
    expect(waitingMessage([message(1), message(2, { direction: 'out' })])).toBeNull()
    expect(waitingMessage([message(1), message(2, { direction: 'internal', kind: 'note' })])?.seq).toBe(1)
    expect(waitingMessage([message(1, { needs_answer: false })])).toBeNull()
  })

  test('a reply that keeps the ball leaves the customer waiting', () => {
    expect(waitingMessage([message(1), message(2, { direction: 'out', keeps_ball: true })])?.seq).toBe(1)
  })
})

test('links end before punctuation and hold no script addresses', () => {
  const pieces = linkPieces('See https://a.example/x?y=1. Or write to a.b@c.example, not javascript:alert(1)')
  expect(pieces.map((piece) => piece.href).filter(Boolean)).toEqual(['https://a.example/x?y=1', 'mailto:a.b@c.example'])
  expect(pieces.map((piece) => piece.text).join('')).toBe('See https://a.example/x?y=1. Or write to a.b@c.example, not javascript:alert(1)')
})

test('splitting: what stays behind, and what the rest is called', () => {
  const own = { conversation_id: 'c' }
  const items = [message(1, { ...own, headers: { subject: 'Re: RE: Invoice 7' } }), message(2, { ...own, kind: 'note' }), message(3, { conversation_id: 'merged', headers: {} })]
  expect(staysBehind(items, new Set(['m2']), 'c')).toBe(true)
  expect(staysBehind(items, new Set(['m1']), 'c')).toBe(false)
  expect(splitSubject(items, new Set(['m1', 'm3']), 'x')).toBe('Invoice 7')
  expect(splitSubject(items, new Set(['m3']), 'Fallback')).toBe('Fallback')
  expect(splitSubject(items, new Set(), 'Fallback')).toBe('Fallback')
})
