import { describe, expect, test } from 'vitest'
import { dueIn, isClosed, lateBy, type Promised, standing } from './promise'

const NOW = new Date(2026, 2, 2, 10).getTime() // a Monday
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()
const promise = (changes: Partial<Promised>): Promised => ({
  kind: 'first_reply',
  policy_id: null,
  state: 'running',
  clock: 'team',
  target_s: 3600,
  due_at: at(60),
  warn_at: at(45),
  left_s: 3600,
  closed: false,
  opens_at: null,
  ...changes,
})

describe('a promise', () => {
  test('warns, then is late, by the clock of the reader too', () => {
    expect([0, 44, 45, 60].map((minutes) => standing(promise({}), NOW + minutes * 60_000))).toEqual(['running', 'running', 'soon', 'late'])
    expect(lateBy(promise({}), NOW + 95 * 60_000, 'en')).toBe('35 min')
  })
  test('stands still while the customer has the ball, and where hours never open again', () => {
    expect(standing(promise({ state: 'paused', due_at: null }), NOW)).toBe('paused')
    expect(standing(promise({ due_at: null, closed: true }), NOW)).toBe('never')
  })
  test('counts no closed hours down', () => {
    const closed = promise({ closed: true, opens_at: at(60), due_at: at(120) })
    expect(isClosed(closed, NOW)).toBe(true)
    expect(isClosed(closed, NOW + 61 * 60_000)).toBe(false)
    expect(dueIn(closed, NOW, 'en')).toEqual({ at: 'Mon 12:00' })
    expect(dueIn(closed, NOW + 61 * 60_000, 'en')).toEqual({ left: '59 min' })
    expect(dueIn(promise({ due_at: at(24 * 60) }), NOW, 'en')).toEqual({ at: 'Tue 10:00' })
  })
})
