import { expect, test } from 'vitest'
import type { Endpoint } from '../api/types'
import { isAddress, replyRecipients, splitAddresses } from './recipients'

const endpoint = (more: Partial<Endpoint>): Endpoint => ({ id: 'e', account_id: 1, address: null, to: [], cc: [], closed_at: null, ...more })
const contact = { id: 'c', name: 'Ann', address: 'ann@a.example' }

test('reply goes to whom the endpoint names, reply-all keeps the others', () => {
  const endpoints = [endpoint({ to: ['old@a.example'] }), endpoint({ to: ['ann@a.example'], cc: ['bob@b.example'] })]
  expect(replyRecipients({ endpoints, contact }, false)).toEqual({ to: ['ann@a.example'], cc: [], bcc: [] })
  expect(replyRecipients({ endpoints, contact }, true).cc).toEqual(['bob@b.example'])
})

test('a closed endpoint answers only when there is no open one', () => {
  const closed = endpoint({ to: ['late@a.example'], closed_at: '2026-11-23T00:00:00Z' })
  expect(replyRecipients({ endpoints: [endpoint({ to: ['ann@a.example'] }), closed], contact }, false).to).toEqual(['ann@a.example'])
  expect(replyRecipients({ endpoints: [closed], contact }, false).to).toEqual(['late@a.example'])
})

test('without an endpoint the contact is answered', () => {
  expect(replyRecipients({ endpoints: [], contact }, true).to).toEqual(['ann@a.example'])
  expect(replyRecipients({ endpoints: [], contact: { ...contact, address: null } }, true).to).toEqual([])
})

test('addresses as people paste them', () => {
  expect(splitAddresses('Ann <ann@a.example>, bob@b.example; cy@c.example')).toEqual(['ann@a.example', 'bob@b.example', 'cy@c.example'])
  expect(splitAddresses('ann@a.example bob@b.example')).toEqual(['ann@a.example', 'bob@b.example'])
  expect(splitAddresses('  ')).toEqual([])
  expect([isAddress('a@b.example'), isAddress('a@b'), isAddress('a b@c.example')]).toEqual([true, false, false])
})
