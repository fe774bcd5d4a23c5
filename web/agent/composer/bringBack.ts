/** A reply that did not leave after all is a draft again: in the composer when it is open, else on the server. */
import type { DraftBody, OutboxRow } from '../api/types'
import { loadDraft, putDraft } from './draft'
import { textToHtml } from './text'

type Taker = (back: DraftBody) => void
type Text = DraftBody['reply']
type File = DraftBody['files'][number]
type Row = Pick<OutboxRow, 'endpoint_id'> & { body: Pick<OutboxRow['body'], 'text' | 'html' | 'to' | 'cc' | 'bcc' | 'attachment_ids' | 'from_address'> }

const takers = new Map<string, Taker>()
const files = new Map<string, File>()

/** While a composer is open it takes what comes back to its conversation; the function ends that. */
export function onBroughtBack(conversationId: string, take: Taker): () => void {
  takers.set(conversationId, take)
  return () => {
    if (takers.get(conversationId) === take) takers.delete(conversationId)
  }
}

export async function bringBack(conversationId: string, back: DraftBody): Promise<void> {
  const take = takers.get(conversationId)
  if (take) take(back)
  else await putDraft(conversationId, joinDrafts(back, await loadDraft(conversationId)))
}

/** The outbox names files by id only; what they are called is remembered from when they were attached. */
export function rememberFile(file: File): void {
  files.set(file.id, file)
}

/** The draft that a row of the outbox was made of. */
export function draftOf(row: Row): DraftBody {
  const addresses = (boxes: readonly { address: string }[] | undefined) => (boxes ?? []).map((box) => box.address)
  const { text, html, to, cc, bcc, attachment_ids = [] } = row.body
  return {
    mode: 'reply',
    reply: { text, html: html ?? null },
    note: null,
    to: addresses(to),
    cc: addresses(cc),
    bcc: addresses(bcc),
    files: attachment_ids.map((id) => files.get(id) ?? { id, name: id.slice(-8), size: 0 }),
    endpoint_id: row.endpoint_id,
    from_address: row.body.from_address ?? '',
  }
}

/** What came back, before what has been written since. */
export function joinDrafts(back: DraftBody, since: DraftBody | null): DraftBody {
  if (!since) return back
  const kept = new Set(back.files.map((file) => file.id))
  return { ...back, reply: joinTexts(back.reply, since.reply), note: since.note, files: [...back.files, ...since.files.filter((file) => !kept.has(file.id))] }
}

function joinTexts(first: Text, second: Text): Text {
  if (!first || !second) return first ?? second
  const isPlain = first.html === null && second.html === null
  const html = (one: NonNullable<Text>) => one.html ?? textToHtml(one.text)
  return { text: `${first.text}\n\n${second.text}`, html: isPlain ? null : html(first) + html(second) }
}
