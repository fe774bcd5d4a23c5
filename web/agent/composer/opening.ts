/** A conversation that begins on our side: what is being written, and what is sent. Pure but for the browser's store. */
import { isAddress, NOBODY, type Recipients } from './recipients'

export type File = { id: string; name: string; size: number }
export type Beginning = { account: number | null; people: Recipients; subject: string; html: string; text: string; plain: boolean; files: File[] }
export type Way = { keep_until: string | null; resolve: boolean; send_at: string | null }

export const NOTHING: Beginning = { account: null, people: NOBODY, subject: '', html: '', text: '', plain: false, files: [] }
export const AT_ONCE: Way = { keep_until: null, resolve: false, send_at: null }

/** One customer in To, addresses that are some, a subject, and something to say. */
export function isReady({ account, people, subject, text, files }: Beginning): boolean {
  const everybody = [...people.to, ...people.cc, ...people.bcc]
  return account !== null && people.to.length === 1 && everybody.every(isAddress) && subject.trim() !== '' && (text.trim() !== '' || files.length > 0)
}

export function isEmpty({ people, subject, text, files }: Beginning): boolean {
  return people.to.length + people.cc.length + people.bcc.length + files.length === 0 && subject.trim() === '' && text.trim() === ''
}

/** The request. `id` stays the same when it is tried again, so that it begins one conversation. */
export function opening({ account, people, subject, html, text, plain, files }: Beginning, way: Way, id: string) {
  const mailboxes = (addresses: string[]) => addresses.map((address) => ({ address }))
  return {
    account_id: account!,
    to: { address: people.to[0]! },
    cc: mailboxes(people.cc),
    bcc: mailboxes(people.bcc),
    subject: subject.trim(),
    message: { id, text, ...(plain ? {} : { html }), attachment_ids: files.map((file) => file.id), keep: way.keep_until !== null, ...way },
  }
}

const KEPT = 'hark.beginning'

/** What was being written when the window was closed: of this tab, until it is sent or discarded. */
export function keepBeginning(beginning: Beginning): void {
  if (isEmpty(beginning)) sessionStorage.removeItem(KEPT)
  else sessionStorage.setItem(KEPT, JSON.stringify(beginning))
}

export function keptBeginning(): Beginning {
  try {
    return { ...NOTHING, ...(JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Partial<Beginning>) }
  } catch {
    return NOTHING
  }
}
