/** Who a reply goes to. Pure. */
import type { Conversation } from '../api/types'

export type Recipients = { to: string[]; cc: string[]; bcc: string[] }

/** The newest open endpoint knows whom an answer goes to; reply-all keeps everybody else who was on the mail. */
export function replyRecipients(conversation: Pick<Conversation, 'endpoints' | 'contact'>, everyone: boolean): Recipients {
  const endpoint = conversation.endpoints.findLast((one) => one.closed_at === null) ?? conversation.endpoints.at(-1)
  const fallback = conversation.contact.address ? [conversation.contact.address] : []
  const to = endpoint && endpoint.to.length > 0 ? endpoint.to : fallback
  return { to, cc: everyone ? (endpoint?.cc ?? []) : [], bcc: [] }
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
