/** Blanks: places of a suggested or canned reply that only the agent can fill. In the text they stand as `[name…]` or `[…]`. */
import { Extension } from '@tiptap/core'
import { type Editor as Core } from '@tiptap/react'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import type { Key, Translate } from '../app/i18n'
import type { Segment } from './queries'

const BLANK = /\[[^[\]\n]{0,30}…\]/g
const NAMED = new Set(['name', 'number', 'date', 'email', 'link', 'company', 'agent'])

/** What a blank asks for, "" when nothing is known of it. */
export function blankName(what: string, t: Translate): string {
  return NAMED.has(what) ? t(`suggest.blank.${what}` as Key) : ''
}

/** The segments as the text that goes into the composer. */
export function textOf(segments: readonly Segment[], t: Translate): string {
  return segments
    .map((one) => (one.kind === 'blank' ? `[${blankName(one.what, t)}…]` : one.text))
    .join('')
    .trim()
}

const PLACES: Record<string, string> = { name: '{{contact.first_name}}', email: '{{contact.email}}', company: '{{company.name}}', agent: '{{agent.name}}' }

/** The segments as the text of a canned reply: what it can fill in by itself stands there by its name. */
export function cannedOf(segments: readonly Segment[]): string {
  return segments
    .map((one) => (one.kind === 'text' ? one.text : (PLACES[one.what] ?? '[…]')))
    .join('')
    .trim()
}

const GREETING = /^\W*(hi|hello|hey|dear|good (morning|afternoon|evening)|ciao|salve|buongiorno|buonasera|gentil\S*|egregi\S*|car[oa]|안녕하세요|[^\s]{0,12}\s?고객님)(?=[\s,.!:]|$).{0,40}$/i
const FAREWELL = /^\W*((with )?(kind|best|warm|many)?\s*(regards|wishes|thanks)|cheers|thank you|yours \w+|sincerely|(cordiali|distinti|cari|tanti)? ?saluti|cordialmente|grazie|a presto|감사합니다|고맙습니다|수고하세요)\W*$/i

/** The text without whom it greets and how it takes leave: what an article can begin with. */
export function withoutLetter(text: string): string {
  const lines = text.trim().split('\n')
  if (lines.length > 1 && GREETING.test(lines[0]!)) lines.shift()
  if (lines.length > 1 && FAREWELL.test(lines.at(-1)!)) lines.pop()
  return lines.join('\n').trim()
}

/** The blanks of a text, in order. */
export function blanksOf(text: string): string[] {
  return text.match(BLANK) ?? []
}

/** Where the first blank of a text begins and ends. */
export function firstBlank(text: string): [number, number] | null {
  const found = text.search(BLANK)
  return found < 0 ? null : [found, found + text.slice(found).match(BLANK)![0].length]
}

/** Marks blanks in the rich editor, so that none is overlooked. */
export const MarkBlanks = Extension.create({
  name: 'markBlanks',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        decorations: ({ doc }) => {
          const marks: Decoration[] = []
          doc.descendants((node, at) => {
            if (!node.isText) return
            for (const found of node.text!.matchAll(BLANK)) marks.push(Decoration.inline(at + found.index, at + found.index + found[0].length, { class: 'blank' }))
          })
          return DecorationSet.create(doc, marks)
        },
      },
    }),
  ],
})

/** Selects the first blank of the rich editor, so that typing fills it. */
export function selectBlank(editor: Core): void {
  let range: { from: number; to: number } | null = null
  editor.state.doc.descendants((node, at) => {
    if (range || !node.isText) return
    const found = firstBlank(node.text!)
    if (found) range = { from: at + found[0], to: at + found[1] }
  })
  if (range) editor.chain().focus().setTextSelection(range).run()
}

/** Puts text into a plain field as if it had been typed: it can be undone with the field's own undo. */
export function typeInto(field: HTMLTextAreaElement, text: string): void {
  field.focus()
  const before = field.selectionStart
  if (!document.execCommand('insertText', false, text)) field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
  const blank = firstBlank(text)
  if (blank) requestAnimationFrame(() => field.setSelectionRange(before + blank[0], before + blank[1]))
}
