import { expect, test } from 'vitest'
import type { Endpoint } from '../api/types'
import { answerable, endpointOf, isChat, partiesOf, senderOf } from './endpoints'
import { isAddress, replyRecipients, splitAddresses } from './recipients'

const endpoint = (more: Partial<Endpoint>): Endpoint => ({
  id: 'e', account_id: 1, channel: 'email', name: null, address: null, visitor_id: null, to: [], cc: [], bcc: [], live: false, read_seq: 0, read_at: null,
  from_address: null, from_addresses: [], can_reply: true, closed_at: null, ...more,
})
const contact = { id: 'c', name: 'Ann', address: 'ann@a.example', erased: false }
const mail = endpoint({ id: 'mail', to: ['ann@a.example'], cc: ['bob@b.example'], bcc: ['boss@d.example'] })
const chat = endpoint({ id: 'chat', channel: 'messenger', name: 'Ann' })

test('reply goes to whom the endpoint names, reply-all keeps the others and the BCC of our last reply', () => {
  expect(replyRecipients({ contact }, mail, false)).toEqual({ to: ['ann@a.example'], cc: [], bcc: [] })
  expect(replyRecipients({ contact }, mail, true)).toEqual({ to: ['ann@a.example'], cc: ['bob@b.example'], bcc: ['boss@d.example'] })
})

test('a chat has no recipients', () => {
  expect(replyRecipients({ contact }, chat, true)).toEqual({ to: [], cc: [], bcc: [] })
  expect([isChat(chat), isChat(mail), isChat(undefined)]).toEqual([true, false, false])
})

test('without an endpoint the contact is answered', () => {
  expect(replyRecipients({ contact }, undefined, true).to).toEqual(['ann@a.example'])
  expect(replyRecipients({ contact: { ...contact, address: null } }, undefined, true).to).toEqual([])
})

test('answers go where they are wanted, else where the customer wrote last, else to the newest that is open', () => {
  const both = { endpoints: [chat, mail], answer_endpoint_id: 'chat' }
  expect(endpointOf(both, null)).toBe(chat)
  expect(endpointOf(both, 'mail')).toBe(mail)
  expect(endpointOf({ ...both, answer_endpoint_id: null }, null)).toBe(mail)
  const gone = { endpoints: [{ ...chat, can_reply: false }, mail], answer_endpoint_id: 'chat' }
  expect(answerable(gone)).toEqual([mail])
  expect(endpointOf(gone, 'chat')).toBe(mail)
  expect(endpointOf({ endpoints: [], answer_endpoint_id: null }, 'chat')).toBeUndefined()
})

test('a mail thread is called by its parties', () => {
  expect(partiesOf({ to: ['ann@a.example', 'cy@c.example'], address: 'ann@a.example', name: 'Ann' })).toBe('ann@a.example, cy@c.example')
  expect(partiesOf({ to: [], address: 'ann@a.example', name: 'Ann' })).toBe('ann@a.example')
  expect(partiesOf({ to: [], address: null, name: null })).toBe('')
})

test('addresses as people paste them', () => {
  expect(splitAddresses('Ann <ann@a.example>, bob@b.example; cy@c.example')).toEqual(['ann@a.example', 'bob@b.example', 'cy@c.example'])
  expect(splitAddresses('ann@a.example bob@b.example')).toEqual(['ann@a.example', 'bob@b.example'])
  expect(splitAddresses('  ')).toEqual([])
  expect([isAddress('a@b.example'), isAddress('a@b'), isAddress('a b@c.example')]).toEqual([true, false, false])
})

test('a mail leaves from the chosen address while its mailbox has it', () => {
  const box = endpoint({ from_address: 'support@acme.example', from_addresses: ['support@acme.example', 'sales@acme.example'] })
  expect([senderOf(box, ''), senderOf(box, 'sales@acme.example'), senderOf(box, 'gone@acme.example')]).toEqual([
    'support@acme.example', 'sales@acme.example', 'support@acme.example',
  ])
})
