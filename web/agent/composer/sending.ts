/** What is sent, and how a try is known again. Pure. */
import type { UnseenMessage } from '../api/types'
import type { Recipients } from './recipients'

export type Reply = Recipients & {
  endpoint_id: string | null
  /** '' leaves it to the server: the address the customer wrote to. */
  from_address: string
  text: string
  html: string | null
  files: { id: string; name: string; size: number }[]
  seen_seq: number
  keep_until: string | null
  resolve: boolean
  send_at: string | null
  cancel_if_customer_writes: boolean
}

/** A reply the server held back, with what its author had not seen; `publicSeq` is what they have seen once they read it. */
export type Held = { reply: Reply; messages: readonly UnseenMessage[]; publicSeq: number }

/** The reply as the API wants it. */
export function outgoing(reply: Reply) {
  const mailboxes = (addresses: string[]) => addresses.map((address) => ({ address }))
  const { files, ...rest } = reply
  return {
    ...rest,
    to: mailboxes(reply.to),
    cc: mailboxes(reply.cc),
    bcc: mailboxes(reply.bcc),
    attachment_ids: files.map((file) => file.id),
    keep: reply.keep_until !== null,
  }
}

/** Gives each reply an id; the same reply sent again after a failure has the same one, so that it cannot leave twice. */
export function createIds(make: () => string): (reply: Reply) => string {
  let last: { content: string; id: string } | null = null
  return (reply) => {
    const content = JSON.stringify(reply)
    if (last?.content !== content) last = { content, id: make() }
    return last.id
  }
}
