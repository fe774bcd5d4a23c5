/** Who a reply goes to. Pure. */
import type { MailAddress, Message, ThreadItem } from '../api/types'

export type Recipients = { to: string[]; cc: string[]; bcc: string[] }

/**
 * Reply goes to whom the last public message came from (or went to, when it was ours); reply-all keeps everybody
 * else who was on it. Our own addresses are never among them.
 */
export function replyRecipients(items: readonly ThreadItem[], own: ReadonlySet<string>, everyone: boolean, fallback: string | null): Recipients {
  const last = items.findLast((item): item is Message => item.type === 'message' && item.kind === 'message' && item.direction !== 'internal')
  if (!last) return { to: fallback ? [fallback] : [], cc: [], bcc: [] }
  const { from, to = [], cc = [], bcc = [], reply_to: replyTo = [] } = last.headers
  const sender = replyTo.length > 0 ? replyTo : from ? [from] : []
  const main = last.direction === 'in' ? sender : to
  const others = last.direction === 'in' ? [...to, ...cc] : cc
  const taken = new Set(own)
  const take = (people: MailAddress[]) =>
    people.flatMap(({ address }) => {
      const key = address.toLowerCase()
      if (!key || taken.has(key)) return []
      taken.add(key)
      return [address]
    })
  const direct = take(main)
  if (direct.length === 0 && fallback) direct.push(fallback)
  return { to: direct, cc: everyone ? take(others) : [], bcc: everyone && last.direction === 'out' ? take(bcc) : [] }
}

const ADDRESS = /^[^\s@<>(),;"]+@[^\s@<>(),;"]+\.[^\s@<>(),;".]{2,}$/

export function isAddress(text: string): boolean {
  return ADDRESS.test(text)
}

/** Addresses of what was typed or pasted: "Ann <ann@a.example>, bob@b.example". What is none comes back as it is, to be mended. */
export function splitAddresses(text: string): string[] {
  return text
    .split(/[,;\n\t]+|\s+(?=[^\s<>]+@)/)
    .map((part) => (/<([^<>]+)>/.exec(part)?.[1] ?? part).trim())
    .filter((part) => part.includes('@'))
}
