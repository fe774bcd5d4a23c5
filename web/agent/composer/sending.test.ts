import { expect, test } from 'vitest'
import { createIds, outgoing, type Reply } from './sending'

const reply: Reply = {
  endpoint_id: 'e', from_address: '', text: 'Hi', html: null, to: ['ann@a.example'], cc: [], bcc: [], files: [{ id: 'f', name: 'a.pdf', size: 3 }], seen_seq: 4,
  keep_until: null, resolve: false, send_at: null, cancel_if_customer_writes: false,
}

test('a reply as the API wants it', () => {
  const body = outgoing({ ...reply, keep_until: '2026-11-24T00:00:00Z' })
  expect(body).toMatchObject({ to: [{ address: 'ann@a.example' }], attachment_ids: ['f'], keep: true, endpoint_id: 'e' })
  expect(body).not.toHaveProperty('files')
})

test('the same reply tried again is the same one, another is not', () => {
  let n = 0
  const idOf = createIds(() => String(++n))
  expect([idOf(reply), idOf({ ...reply })]).toEqual(['1', '1'])
  expect(idOf({ ...reply, text: 'Hi!' })).toBe('2')
  expect(idOf({ ...reply, text: 'Hi!', seen_seq: 9 })).toBe('3')
})
