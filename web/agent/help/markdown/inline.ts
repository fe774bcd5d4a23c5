/** Text with marks as a line of Markdown that reads back the same. */
import type { JSONContent } from '@tiptap/core'
import { address, title } from './serialize'

type Mark = { type: string; attrs?: Record<string, unknown> }
type Piece = { marks: Mark[]; text: string | null; code: boolean; written: string }
type Place = { inTable?: boolean; oneLine?: boolean }

const DELIMITERS: Record<string, string> = { bold: '**', italic: '*', strike: '~~' }
const RANK = ['link', 'bold', 'italic', 'strike']
const PUNCTUATION = /^[\p{P}\p{S}]$/u

export function inline(nodes: readonly JSONContent[], place: Place = {}): string {
  const pieces = together(nodes.flatMap((node) => piecesOf(node, place)))
  const out: string[] = []
  const open: Mark[] = []
  const close = (keep: number) => {
    while (open.length > keep) out.push(closing(open.pop()!))
  }
  pieces.forEach((piece, index) => {
    if (isPlainAddress(piece, pieces[index - 1], pieces[index + 1])) {
      close(0)
      out.push(`<${piece.text}>`)
      return
    }
    // Spaces at the rim of a mark stand outside it: what ends after them ends before, and nothing begins with them.
    const space = isSpace(piece)
    const holder = space ? pieces.slice(index).find((one) => !isSpace(one)) : piece
    const ends = open.findIndex((mark) => !holder || !has(piece, mark) || !has(holder, mark))
    close(ends < 0 ? open.length : ends)
    if (!space) {
      const fresh = piece.marks.filter((mark) => mark.type !== 'code' && !open.some((one) => same(one, mark)))
      fresh.sort((a, b) => reach(pieces, index, b) - reach(pieces, index, a) || RANK.indexOf(a.type) - RANK.indexOf(b.type))
      for (const mark of fresh) {
        out.push(opening(mark))
        open.push(mark)
      }
    }
    out.push(written(piece, pieces[index + 1]))
  })
  close(0)
  return guardLines(guardDelimiters(out, pieces), place)
}

/** The last step: what would begin a block at the start of a line is no block here. */
function guardLines(text: string, { oneLine, inTable }: Place): string {
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '')
  if (oneLine) return trimmed.replace(/(^|[^\\])(#+)$/, (_all, before: string, run: string) => `${before}\\${run}`)
  if (inTable) return trimmed.replace(/\|/g, '\\|')
  return trimmed.split('\n').map(guardLine).join('\n')
}

function guardLine(line: string, index: number): string {
  const text = line.replace(/^[ \t]+/, '')
  if (/^(?:#{1,6}(?:\s|$)|>|[-+](?:\s|$)|~{3,})/.test(text)) return `\\${text}`
  if (/^(?:-[ \t]*){3,}$/.test(text)) return `\\${text}`
  if (/^\d{1,9}[.)](?:\s|$)/.test(text)) return text.replace(/^(\d+)/, '$1\\')
  if (index > 0 && (/^(?:=+|-+)[ \t]*$/.test(text) || /^[|:-][\s|:-]*$/.test(text))) return `\\${text}`
  return text
}

function piecesOf(node: JSONContent, place: Place): Piece[] {
  const marks = (node.marks ?? []) as Mark[]
  const atom = (markdown: string): Piece[] => [{ marks, text: null, code: false, written: markdown }]
  switch (node.type) {
    case 'hardBreak':
      return [{ marks: [], text: null, code: false, written: place.inTable ? '<br>' : place.oneLine ? ' ' : '\\\n' }]
    case 'image':
      return atom(`![${escapeAlt(String(node.attrs?.alt ?? ''))}](${address(String(node.attrs?.src ?? ''))}${title(node.attrs?.title as string | null)})${node.attrs?.width ? `{width=${String(node.attrs.width)}}` : ''}`)
    case 'rawInline':
      return atom(String(node.attrs?.source ?? ''))
    case 'text':
      if (marks.some((mark) => mark.type === 'code')) return [{ marks, text: node.text ?? '', code: true, written: '' }]
      return (node.text ?? '').split(/([ \t\n]+)/).filter(Boolean).map((text) => ({ marks, text, code: false, written: '' }))
    default:
      return (node.content ?? []).flatMap((child) => piecesOf(child, place))
  }
}

function isSpace(piece: Piece): boolean {
  return piece.text !== null && !piece.code && /^[ \t\n]+$/.test(piece.text)
}

/** Neighbours of the same marks are one, save for the spaces between words. */
function together(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const isOne = last && last.text !== null && piece.text !== null && last.code === piece.code && isSpace(last) === isSpace(piece) && sameSet(last.marks, piece.marks)
    if (isOne) last.text += piece.text!
    else joined.push({ ...piece })
  }
  return joined
}

function written(piece: Piece, next: Piece | undefined): string {
  if (piece.text === null) return piece.written
  return piece.code ? codeSpan(piece.text) : escapeText(piece.text, piece.marks.some((mark) => mark.type === 'link'), next)
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  const pad = /^`|`$/.test(text) || (/^ .* $/.test(text) && text.trim() !== '') ? ' ' : ''
  return `${fence}${pad}${text}${pad}${fence}`
}

function escapeText(text: string, inLink: boolean, next: Piece | undefined): string {
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/[`*[]/g, '\\$&')
    .replace(inLink ? /\]/g : /(?!)/g, '\\]')
    .replace(/_/g, (sign, at: number, whole: string) => (isWord(whole[at - 1]) && isWord(whole[at + 1]) ? sign : '\\_'))
    .replace(/~(?=~)|(?<=~)~/g, '\\~')
    .replace(/<(?=[a-z/!?])/gi, '\\<')
    .replace(/&(?=#\d+;|#x[0-9a-f]+;|[a-z][a-z0-9]*;)/gi, '\\&')
    .replace(/\u00a0/g, '&nbsp;')
  const nextIsLink = next?.marks.some((mark) => mark.type === 'link') && !inLink
  return nextIsLink ? escaped.replace(/!$/, '\\!') : escaped
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char)
}

function escapeAlt(alt: string): string {
  return alt.replace(/\s*\n\s*/g, ' ').replace(/[[\]]/g, '\\$&').replace(/\\+$/, '')
}

/** `**"설정"**을`: a delimiter between punctuation and a letter does not count. The letter outside is written as a number then. */
function guardDelimiters(out: readonly string[], pieces: readonly Piece[]): string {
  if (pieces.every((piece) => piece.marks.length === 0)) return out.join('')
  const isDelimiter = (text: string) => text === '**' || text === '*' || text === '~~'
  const guarded = [...out]
  const encode = (char: string) => `&#x${char.codePointAt(0)!.toString(16)};`
  let opens: string[] = []
  out.forEach((part, index) => {
    if (!isDelimiter(part)) return
    const isClosing = opens.includes(part)
    opens = isClosing ? opens.filter((one) => one !== part) : [...opens, part]
    const inner = neighbour(out, index, isClosing ? -1 : 1, isDelimiter)
    const outer = neighbour(out, index, isClosing ? 1 : -1, isDelimiter)
    if (!inner || !outer || !PUNCTUATION.test(inner.char) || PUNCTUATION.test(outer.char) || /\s/.test(outer.char)) return
    const text = guarded[outer.index]!
    guarded[outer.index] = text.replace(isClosing ? /^(?:&#x[0-9a-f]+;|.)/su : /(?:&#x[0-9a-f]+;|.)$/su, (char) => (char.startsWith('&#x') ? char : encode(char)))
  })
  return guarded.join('')
}

/** The character next to a delimiter on one side, past other delimiters. */
function neighbour(out: readonly string[], index: number, step: 1 | -1, isDelimiter: (text: string) => boolean): { index: number; char: string } | null {
  for (let at = index + step; at >= 0 && at < out.length; at += step) {
    const text = out[at]!
    if (text === '' || isDelimiter(text)) continue
    const chars = [...text]
    return { index: at, char: step === 1 ? chars[0]! : chars.at(-1)! }
  }
  return null
}

function isPlainAddress(piece: Piece, before: Piece | undefined, after: Piece | undefined): boolean {
  const link = piece.marks.find((mark) => mark.type === 'link')
  if (!link || piece.text === null || piece.code || piece.marks.length > 1 || link.attrs?.title) return false
  if (piece.text !== link.attrs?.href || !/^https?:\/\/[^\s<>\\]+$/i.test(piece.text)) return false
  return !(before && has(before, link)) && !(after && has(after, link))
}

function opening(mark: Mark): string {
  return mark.type === 'link' ? '[' : (DELIMITERS[mark.type] ?? '')
}

function closing(mark: Mark): string {
  if (mark.type !== 'link') return DELIMITERS[mark.type] ?? ''
  return `](${address(String(mark.attrs?.href ?? ''))}${title(mark.attrs?.title as string | null)})`
}

/** How many pieces from here on carry the mark. */
function reach(pieces: readonly Piece[], from: number, mark: Mark): number {
  let at = from
  while (at < pieces.length && has(pieces[at]!, mark)) at += 1
  return at - from
}

function same(a: Mark, b: Mark): boolean {
  return a.type === b.type && JSON.stringify(a.attrs ?? {}) === JSON.stringify(b.attrs ?? {})
}

function has(piece: Piece, mark: Mark): boolean {
  return piece.marks.some((one) => same(one, mark))
}

function sameSet(a: readonly Mark[], b: readonly Mark[]): boolean {
  return a.length === b.length && a.every((mark) => b.some((one) => same(one, mark)))
}
