import { expect, test } from 'vitest'
import type { DraftBody } from '../api/types'
import { bringBack, draftOf, joinDrafts, onBroughtBack, rememberFile } from './bringBack'

const draft = (more: Partial<DraftBody>): DraftBody => ({ mode: 'reply', reply: null, note: null, to: [], cc: [], bcc: [], files: [], endpoint_id: null, from_address: '', ...more })
const file = { id: 'file-1', name: 'a.pdf', size: 3 }

test('a row of the outbox is the draft it was made of', () => {
  rememberFile(file)
  const body = { text: 'Hi', html: null, to: [{ address: 'ann@a.example', name: 'Ann' }], bcc: [{ address: 'boss@d.example', name: '' }], attachment_ids: ['file-1', 'unknown-file'], from_address: 'sales@acme.example' }
  expect(draftOf({ body, endpoint_id: 'e' })).toEqual(
    draft({
      reply: { text: 'Hi', html: null }, to: ['ann@a.example'], bcc: ['boss@d.example'], endpoint_id: 'e', from_address: 'sales@acme.example',
      files: [file, { id: 'unknown-file', name: 'own-file', size: 0 }],
    }),
  )
})

test('what was written since stays, below', () => {
  const back = draft({ reply: { text: 'one', html: '<p>one</p>' }, to: ['ann@a.example'], files: [file] })
  const since = draft({ reply: { text: 'two', html: null }, note: { text: 'n', html: null }, to: ['cy@c.example'], files: [file, { ...file, id: 'g' }] })
  expect(joinDrafts(back, null)).toBe(back)
  expect(joinDrafts(back, since)).toEqual(
    draft({
      reply: { text: 'one\n\ntwo', html: '<p>one</p><p>two</p>' }, note: since.note, to: ['ann@a.example'], files: [file, { ...file, id: 'g' }],
    }),
  )
  expect(joinDrafts(draft({ reply: { text: 'one', html: null } }), since).reply).toEqual({ text: 'one\n\ntwo', html: null })
})

test('an open composer takes it, and only that of the conversation', async () => {
  const taken: DraftBody[] = []
  const end = onBroughtBack('c1', (back) => taken.push(back))
  await bringBack('c1', draft({}))
  expect(taken).toEqual([draft({})])
  end()
})
