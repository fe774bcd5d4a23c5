import { expect, test } from 'vitest'
import { AT_ONCE, type Beginning, isEmpty, isReady, NOTHING, opening } from './opening'

const WHOLE: Beginning = {
  account: 3,
  people: { to: ['carla@shop.example'], cc: ['ben@shop.example'], bcc: [] },
  subject: ' Your order ',
  html: '<p>Hello</p>',
  text: 'Hello',
  plain: false,
  files: [{ id: 'f1', name: 'a.pdf', size: 3 }],
}

test('a conversation begins with one customer, a subject and something to say', () => {
  expect(isReady(WHOLE)).toBe(true)
  expect(isReady({ ...WHOLE, text: '' })).toBe(true)
  for (const missing of [
    { account: null },
    { subject: '  ' },
    { text: ' ', files: [] },
    { people: { ...WHOLE.people, to: [] } },
    { people: { ...WHOLE.people, to: ['a@b.example', 'c@d.example'] } },
    { people: { ...WHOLE.people, cc: ['nobody'] } },
  ]) {
    expect(isReady({ ...WHOLE, ...missing })).toBe(false)
  }
  expect(isEmpty(NOTHING)).toBe(true)
  expect(isEmpty({ ...NOTHING, subject: 'x' })).toBe(false)
})

test('what is sent', () => {
  expect(opening(WHOLE, AT_ONCE, 'm1')).toEqual({
    account_id: 3,
    to: { address: 'carla@shop.example' },
    cc: [{ address: 'ben@shop.example' }],
    bcc: [],
    subject: 'Your order',
    message: { id: 'm1', text: 'Hello', html: '<p>Hello</p>', attachment_ids: ['f1'], keep: false, keep_until: null, resolve: false, send_at: null },
  })
  const kept = opening({ ...WHOLE, plain: true }, { ...AT_ONCE, keep_until: '2026-12-01T00:00:00Z' }, 'm1').message
  expect(kept).toMatchObject({ keep: true, keep_until: '2026-12-01T00:00:00Z' })
  expect('html' in kept).toBe(false)
})
