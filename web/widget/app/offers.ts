/** What bots say by themselves: where, and as messages of a thread that does not exist yet. */
import type { Message, Offer } from './protocol'

/** Whether an address has these parts in it, in this order: `*` stands for anything. */
export function isAt(url: string, wanted: string): boolean {
  let at = 0
  return wanted.split('*').every((part) => {
    const found = url.indexOf(part, at)
    at = found + part.length
    return found >= 0
  })
}

export function spoken(offer: Offer | undefined, at: string): Message[] {
  return (offer?.messages ?? []).map(({ text, name, bot }, n) => ({
    id: `${offer!.id}:${n}`, seq: 0, from: 'team', name, picture_url: null, at, text, attachments: [], bot,
  }))
}
