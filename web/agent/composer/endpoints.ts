/** Where a reply can go: the threads a customer is reached on, one of which is answered. Pure. */
import type { Conversation, Endpoint } from '../api/types'

type WithEndpoints = Pick<Conversation, 'endpoints' | 'answer_endpoint_id'>

/** Those that can be answered, in their order. */
export function answerable(conversation: WithEndpoints): Endpoint[] {
  return conversation.endpoints.filter((one) => one.can_reply)
}

/** The chosen thread while it can be answered; else the one where the customer wrote last; else the newest. */
export function endpointOf(conversation: WithEndpoints, chosen: string | null): Endpoint | undefined {
  const open = answerable(conversation)
  return open.find((one) => one.id === chosen) ?? open.find((one) => one.id === conversation.answer_endpoint_id) ?? open.at(-1)
}

/** A chat has no recipients, no rich text and no way back: what is sent is there at once. */
export function isChat(endpoint: Pick<Endpoint, 'channel'> | undefined): boolean {
  return endpoint?.channel === 'messenger'
}

/** The address a mail on this thread leaves from: the chosen one while its mailbox has it, else the one written to. */
export function senderOf(endpoint: Pick<Endpoint, 'from_address' | 'from_addresses'>, chosen: string): string {
  return endpoint.from_addresses.includes(chosen) ? chosen : (endpoint.from_address ?? '')
}

/** Whom a mail on this thread reaches, in few words. */
export function partiesOf(endpoint: Pick<Endpoint, 'to' | 'address' | 'name'>): string {
  return endpoint.to.join(', ') || endpoint.address || endpoint.name || ''
}
