/** The parts of an article that plain Markdown has no word for, and how they are read from it. */
import { type JSONContent, type MarkdownParseHelpers, type MarkdownToken, mergeAttributes, Node } from '@tiptap/core'

export const CALLOUTS = ['note', 'tip', 'important', 'warning', 'caution'] as const
export type CalloutKind = (typeof CALLOUTS)[number]

const MARKER = /^ {0,3}> ?\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*([^\n]*?)[ \t]*(?:\n|$)/i
const VIDEO = /^ {0,3}@\[([^\]\n]*)\]\(<?([^\s)>]+)>?\)[ \t]*(?:\n|$)/i
/** As Adobe's articles write it. */
const QUOTED_VIDEO = /^ {0,3}> ?\[!(VIDEO)\]\(<?([^\s)>]+)>?(?:\s+"(?:\\.|[^"\\])*")?\)[ \t]*(?:\n|$)/i
const QUOTED = /^ {0,3}> ?(.*)$/

/** `> [!NOTE]` and what stands under it (GitHub's alerts). */
export const Callout = Node.create<{ names: Record<CalloutKind, string> }>({
  name: 'callout',
  addOptions: () => ({ names: { note: 'Note', tip: 'Tip', important: 'Important', warning: 'Warning', caution: 'Caution' } }),
  group: 'block',
  content: 'block+',
  defining: true,
  addAttributes: () => ({
    title: { default: '', parseHTML: (element) => element.getAttribute('data-title') ?? '', renderHTML: ({ title }) => (title ? { 'data-title': title as string } : {}) },
    kind: {
      default: 'note',
      parseHTML: (element) => element.getAttribute('data-callout') ?? 'note',
      renderHTML: ({ kind }) => ({ 'data-callout': kind as string }),
    },
  }),
  parseHTML: () => [{ tag: 'div[data-callout]' }],
  renderHTML({ HTMLAttributes, node }) {
    return ['div', mergeAttributes(HTMLAttributes, { role: 'note', 'data-name': (node.attrs.title as string) || this.options.names[node.attrs.kind as CalloutKind] }), 0]
  },
  markdownTokenizer: {
    name: 'callout',
    level: 'block',
    start: (source) => source.search(/^ {0,3}> ?\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]/im),
    tokenize(source, _tokens, lexer) {
      const marker = MARKER.exec(source)
      if (!marker) return undefined
      const lines = source.slice(marker[0].length).split('\n')
      const inner: string[] = []
      for (const line of lines) {
        const quoted = QUOTED.exec(line)
        const isLazy = !quoted && inner.length > 0 && inner.at(-1)!.trim() !== '' && line.trim() !== '' && lexer.isParagraphContinuation?.(line) === true
        if (!quoted && !isLazy) break
        inner.push(quoted ? quoted[1]! : line)
      }
      const raw = marker[0] + lines.slice(0, inner.length).join('\n')
      return { type: 'callout', raw, kind: marker[1]!.toLowerCase(), title: marker[2] ?? '', tokens: lexer.blockTokens(inner.join('\n')) }
    },
  },
  parseMarkdown: (token, helpers) => {
    const content = blocks(token.tokens ?? [], helpers)
    return { type: 'callout', attrs: { kind: token.kind as string, title: (token.title as string | undefined) ?? '' }, content: content.length > 0 ? content : [{ type: 'paragraph' }] }
  },
})

/** A film by its address. Nothing is loaded from there before somebody clicks, here as on the public page. */
export const Video = Node.create({
  name: 'video',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes: () => ({
    title: { default: '', parseHTML: (element) => element.getAttribute('data-title') ?? '', renderHTML: ({ title }) => (title ? { 'data-title': title as string } : {}) },
    src: { default: '', parseHTML: (element) => element.getAttribute('data-video') ?? '', renderHTML: ({ src }) => ({ 'data-video': src as string }) },
  }),
  parseHTML: () => [{ tag: 'div[data-video]' }],
  renderHTML: ({ HTMLAttributes, node }) => ['div', HTMLAttributes, (node.attrs.title as string) || (node.attrs.src as string)],
  markdownTokenizer: {
    name: 'video',
    level: 'block',
    start: (source) => source.search(/^ {0,3}(?:> ?\[!VIDEO\]\(|@\[[^\]\n]*\]\()/im),
    tokenize(source) {
      const found = VIDEO.exec(source) ?? QUOTED_VIDEO.exec(source)
      if (!found || (found[0].trimStart().startsWith('>') && QUOTED.test(source.slice(found[0].length).split('\n', 1)[0]!))) return undefined
      return { type: 'video', raw: found[0], src: found[2], title: found[1] === 'VIDEO' ? '' : found[1] }
    },
  },
  parseMarkdown: (token) => ({ type: 'video', attrs: { src: token.src as string, title: token.title as string } }),
})

/** Whether an address by itself on a line is a film: YouTube, Vimeo, or a file. */
export function isVideo(address: string): boolean {
  return /^https?:\/\/(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com\/(?:watch\?|embed\/|shorts\/|live\/)|youtu\.be\/|(?:www\.|player\.)?vimeo\.com\/(?:video\/)?\d|\S+\.(?:mp4|webm|ogv)(?:[?#]|$))/i.test(address)
}

/** HTML standing in a text by itself is kept to the letter; the public page decides what of it is shown. */
export const RawBlock = Node.create({
  name: 'rawBlock',
  group: 'block',
  atom: true,
  addAttributes: () => ({ source: { default: '', parseHTML: (element) => element.textContent ?? '', renderHTML: () => ({}) } }),
  parseHTML: () => [{ tag: 'pre[data-raw]' }],
  renderHTML: ({ node }) => ['pre', { 'data-raw': '' }, node.attrs.source as string],
  markdownTokenName: 'html',
  parseMarkdown: (token) => {
    const source = (token.raw ?? '').replace(/\s+$/, '')
    return source ? { type: 'rawBlock', attrs: { source } } : []
  },
})

const TAG = /^(?:<!--[\s\S]*?-->|<\/?[a-z][\w-]*(?:\s[^<>]*)?\/?>)/i
const LINE_BREAK = /^<br\s*\/?>$/i

/** A tag or an entity inside a line, kept to the letter. */
export const RawInline = Node.create({
  name: 'rawInline',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => ({ source: { default: '', parseHTML: (element) => element.textContent ?? '', renderHTML: () => ({}) } }),
  parseHTML: () => [{ tag: 'code[data-raw]' }],
  renderHTML: ({ node }) => ['code', { 'data-raw': '' }, node.attrs.source as string],
  markdownTokenizer: {
    name: 'rawInline',
    level: 'inline',
    start: '<',
    tokenize(source) {
      const raw = TAG.exec(source)?.[0]
      return raw ? { type: 'rawInline', raw } : undefined
    },
  },
  parseMarkdown: (token) => {
    const source = token.raw ?? ''
    return LINE_BREAK.test(source) ? { type: 'hardBreak' } : { type: 'rawInline', attrs: { source } }
  },
})

/** Blocks without the empty paragraphs that blank lines would become. */
export function blocks(tokens: MarkdownToken[], helpers: MarkdownParseHelpers): JSONContent[] {
  return helpers.parseChildren(tokens).filter((node) => node.type !== 'paragraph' || (node.content?.length ?? 0) > 0)
}
