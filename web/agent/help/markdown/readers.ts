/** How tokens of Markdown become nodes where the editor's own way would lose something. */
import { Extension, type JSONContent, type MarkdownParseHelpers, type MarkdownParseResult, type MarkdownToken } from '@tiptap/core'
import { blocks, isVideo } from './nodes'

type Read = (token: MarkdownToken, helpers: MarkdownParseHelpers) => MarkdownParseResult

/** Reads one kind of token before the extension that would do it otherwise. */
function reader(token: string, parseMarkdown: Read, more: Partial<Parameters<typeof Extension.create>[0] & object> = {}) {
  return Extension.create({ name: `read-${token}`, priority: 5000, markdownTokenName: token, parseMarkdown, ...more })
}

/** Marks lie on pictures too, so that a linked picture stays linked. */
function mark(type: string, attributes?: (token: MarkdownToken) => Record<string, unknown>): Read {
  return (token, helpers) => {
    const attrs = attributes?.(token)
    return helpers.parseInline(token.tokens ?? []).map((node) => ({ ...node, marks: [...(node.marks ?? []), attrs ? { type, attrs } : { type }] }))
  }
}

const paragraph: Read = (token, helpers) => {
  const address = (token.raw ?? '').trim()
  if (token.type === 'paragraph' && isVideo(address) && !/\s/.test(address)) return { type: 'video', attrs: { src: address, title: '' } }
  return { type: 'paragraph', content: helpers.parseInline(token.tokens ?? []) }
}

const SIZED = /^!\[((?:\\.|[^\]\\])*)\]\(<?([^\s)>]+)>?(?:\s+"((?:\\.|[^"\\])*)")?\)\{width=(\d{1,4})\}/

/** `![alt](address){width=400}`: a picture with the width it is shown in. */
const sized = Extension.create({
  name: 'read-sized-image',
  markdownTokenName: 'sizedImage',
  markdownTokenizer: {
    name: 'sizedImage',
    level: 'inline' as const,
    start: '![',
    tokenize(source: string) {
      const found = SIZED.exec(source)
      if (!found) return undefined
      const [raw, alt, src, title, width] = found
      const plain = (text: string | undefined) => (text ?? '').replace(/\\(.)/g, '$1')
      return { type: 'sizedImage', raw, alt: plain(alt), src, title: plain(title) || null, width: Number(width) }
    },
  },
  parseMarkdown: ({ alt, src, title, width }) => ({ type: 'image', attrs: { src: src as string, alt: alt as string, title: title as string | null, width: width as number } }),
})

const list: Read = (token, helpers) => ({
  type: token.ordered ? 'orderedList' : 'bulletList',
  attrs: { loose: token.loose === true, ...(token.ordered ? { start: Number(token.start ?? 1) } : {}) },
  content: (token.items ?? []).map((item) => listItem(item, helpers)),
})

function listItem(token: MarkdownToken, helpers: MarkdownParseHelpers): JSONContent {
  const inner = (token.tokens ?? []).filter((one) => (one.type as string) !== 'checkbox')
  const content = blocks(inner, helpers)
  if (content[0]?.type !== 'paragraph') content.unshift({ type: 'paragraph' })
  return { type: 'listItem', attrs: { checked: token.task ? token.checked === true : null }, content }
}

/** `~` alone is a range ("1~2일"), never a deletion; entities become what they mean. Both stay out of the reader's hands. */
const literals = {
  markdownTokenizer: {
    name: 'tilde',
    level: 'inline' as const,
    start: '~',
    tokenize: (source: string) => (/^~(?!~)/.test(source) ? { type: 'escape', raw: '~', text: '~' } : undefined),
  },
}

export const NAMED: Record<string, string> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–',
  lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bull: '•', middot: '·', times: '×', deg: '°', euro: '€', larr: '←', rarr: '→',
}
const ENTITY = /^&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,31}));/

const entities = Extension.create({
  name: 'read-entity',
  markdownTokenizer: {
    name: 'entity',
    level: 'inline' as const,
    start: '&',
    tokenize(source: string) {
      const found = ENTITY.exec(source)
      if (!found) return undefined
      const [raw, decimal, hex, name] = found
      const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : null
      if (code !== null) return { type: 'escape', raw, text: code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd' }
      return NAMED[name!] === undefined ? { type: 'rawInline', raw } : { type: 'escape', raw, text: NAMED[name!]! }
    },
  },
})

export const READERS = [
  reader('paragraph', paragraph),
  reader('text', (token, helpers) => (token.tokens ? paragraph(token, helpers) : { type: 'text', text: token.text ?? '' })),
  reader('strong', mark('bold')),
  reader('em', mark('italic')),
  reader('del', mark('strike'), literals),
  reader('link', mark('link', (token) => ({ href: token.href ?? '', title: token.title || null }))),
  reader('list', list),
  reader('blockquote', (token, helpers) => {
    const content = blocks(token.tokens ?? [], helpers)
    return { type: 'blockquote', content: content.length > 0 ? content : [{ type: 'paragraph' }] }
  }),
  entities,
  sized,
]
