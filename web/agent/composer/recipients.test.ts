import { expect, test } from 'vitest'
import type { Headers, Message } from '../api/types'
import { isAddress, replyRecipients, splitAddresses } from './recipients'

const person = (address: string) => ({ name: '', address })
const mail = (direction: 'in' | 'out', headers: Headers) => ({ type: 'message', kind: 'message', direction, seq: 1, headers }) as Message
const OWN = new Set(['help@ours.example'])

const inbound = mail('in', {
  from: person('ann@a.example'),
  to: [person('Help@ours.example'), person('bob@b.example')],
  cc: [person('cy@c.example'), person('ANN@a.example')],
})

test('reply goes to the sender alone, reply-all keeps the others once and never ourselves', () => {
  expect(replyRecipients([inbound], OWN, false, null)).toEqual({ to: ['ann@a.example'], cc: [], bcc: [] })
  expect(replyRecipients([inbound], OWN, true, null)).toEqual({ to: ['ann@a.example'], cc: ['bob@b.example', 'cy@c.example'], bcc: [] })
})

test('Reply-To rules over From', () => {
  const listed = mail('in', { from: person('no-reply@a.example'), reply_to: [person('ann@a.example')], to: [person('help@ours.example')] })
  expect(replyRecipients([listed], OWN, false, null).to).toEqual(['ann@a.example'])
})

test('after our own mail a reply goes where that went, BCC kept', () => {
  const ours = mail('out', { from: person('help@ours.example'), to: [person('ann@a.example')], cc: [person('cy@c.example')], bcc: [person('boss@ours.example')] })
  expect(replyRecipients([inbound, ours], OWN, true, null)).toEqual({ to: ['ann@a.example'], cc: ['cy@c.example'], bcc: ['boss@ours.example'] })
  expect(replyRecipients([inbound, ours], OWN, false, null)).toEqual({ to: ['ann@a.example'], cc: [], bcc: [] })
})

test('without a message the contact is answered', () => {
  expect(replyRecipients([], OWN, true, 'x@y.example').to).toEqual(['x@y.example'])
})

test('addresses as people paste them', () => {
  expect(splitAddresses('Ann <ann@a.example>, bob@b.example; cy@c.example')).toEqual(['ann@a.example', 'bob@b.example', 'cy@c.example'])
  expect(splitAddresses('ann@a.example bob@b.example')).toEqual(['ann@a.example', 'bob@b.example'])
  expect(splitAddresses('  ')).toEqual([])
  expect([isAddress('a@b.example'), isAddress('a@b'), isAddress('a b@c.example')]).toEqual([true, false, false])
})
