import { flattenExtensions, type JSONContent } from '@tiptap/core'
import { MarkdownManager } from '@tiptap/markdown'
import { EXTENSIONS } from './extensions'
import { serialize } from './serialize'

let manager: MarkdownManager | null = null

/** The list extension also takes "e. g." and "iv. x" for items; no other reader of Markdown does. */
function reader(): MarkdownManager {
  const all = flattenExtensions([...EXTENSIONS]).filter((one) => !one.config.addExtensions)
  return new MarkdownManager({ extensions: all.map((one) => (one.name === 'orderedList' ? one.extend({ markdownTokenizer: null as never }) : one)) })
}

/** Markdown as the editor's document. One reader for all: each would add its words to the same parser again. */
export function parse(markdown: string): JSONContent {
  manager ??= reader()
  const doc = tidy(manager.parse(markdown.replace(/\r\n?/g, '\n')))
  const content = (doc.content ?? []).filter((node) => node.type !== 'paragraph' || (node.content?.length ?? 0) > 0)
  return { type: 'doc', content: content.length > 0 ? content : [{ type: 'paragraph' }] }
}

/** Line ends inside a paragraph are spaces; neighbouring text of the same marks is one text. */
function tidy(node: JSONContent): JSONContent {
  if (!node.content || node.type === 'codeBlock') return node
  const content: JSONContent[] = []
  for (const child of node.content.map(tidy)) {
    const last = content.at(-1)
    if (child.type !== 'text') content.push(child)
    else if (!child.text) continue
    else if (last?.type === 'text' && sameMarks(last, child)) content[content.length - 1] = { ...last, text: last.text! + soft(child.text) }
    else content.push({ ...child, text: soft(child.text) })
  }
  return { ...node, content: node.type === 'paragraph' ? trimmed(content) : content }
}

/** Spaces at the rim of a paragraph are nothing; marks stand in one order. */
function trimmed(content: readonly JSONContent[]): JSONContent[] {
  return content.flatMap((node, index) => {
    if (node.marks) node = { ...node, marks: node.marks.toSorted((a, b) => a.type.localeCompare(b.type)) }
    if (node.type !== 'text') return [node]
    let text = node.text!
    if (index === 0) text = text.replace(/^[ \t]+/, '')
    if (index === content.length - 1) text = text.replace(/[ \t]+$/, '')
    return text === '' ? [] : [{ ...node, text }]
  })
}

const soft = (text: string) => text.replace(/[ \t]*\n[ \t]*/g, ' ')

function sameMarks(a: JSONContent, b: JSONContent): boolean {
  return JSON.stringify(a.marks ?? []) === JSON.stringify(b.marks ?? [])
}

/** Whether the editor can hold this text without changing what it says; if not, it is edited as source. */
export function isFaithful(markdown: string): boolean {
  const first = parse(markdown)
  return JSON.stringify(parse(serialize(first))) === JSON.stringify(first)
}
