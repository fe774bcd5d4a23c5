/** Who a reply goes to. Pure. */
import type { Conversation, Endpoint } from '../api/types'
import { isChat } from './endpoints'

export type Recipients = { to: string[]; cc: string[]; bcc: string[] }

export const NOBODY: Recipients = { to: [], cc: [], bcc: [] }

/**
 * The thread that is answered knows whom a mail on it goes to. Reply-all keeps everybody else who was on the last mail,
 * and whom our own last reply had in BCC. A chat has no recipients.
 */
export function replyRecipients(conversation: Pick<Conversation, 'contact'>, endpoint: Endpoint | undefined, everyone: boolean): Recipients {
  if (isChat(endpoint)) return NOBODY
  const fallback = conversation.contact.address ? [conversation.contact.address] : []
  const to = endpoint && endpoint.to.length > 0 ? endpoint.to : fallback
  return { to, cc: everyone ? (endpoint?.cc ?? []) : [], bcc: everyone ? (endpoint?.bcc ?? []) : [] }
}

const ADDRESS = /^[^\s@<>(),;"]+@[^\s@<>(),;"]+\.[^\s@<>(),;".]{2,}$/

export function isAddress(text: string): boolean {
  return ADDRESS.test(text)
}

/** Addresses of what was typed or pasted: "Ann <ann@a.example>, bob@b.example". */
export function splitAddresses(text: string): string[] {
  return text
    .split(/[,;\n\t]+|\s+(?=[^\s<>]+@)/)
    .map((part) => (/<([^<>]+)>/.exec(part)?.[1] ?? part).trim())
    .filter((part) => part.includes('@'))
}
