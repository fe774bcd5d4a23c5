/** What a writer can do to the text: toolbar, slash menu and keys read these tables. */
import type { Editor as Core } from '@tiptap/core'
import {
  Bold, Code, CodeXml, Film, Heading2, Heading3, Image, Info, Italic, Lightbulb, Link2, List, ListOrdered, type LucideIcon, Minus, OctagonAlert, Star, Strikethrough, Table, TextQuote, TriangleAlert,
} from 'lucide-react'
import type { Key } from '../../app/i18n'
import type { CalloutKind } from '../markdown/nodes'

export type MarkTool = { key: Key; icon: LucideIcon; name: string; keys?: string; run: (core: Core) => void }
export type BlockTool = { key: Key; icon: LucideIcon; words: readonly string[]; attributes?: Record<string, unknown>; name: string; run: (core: Core) => void }

export const MARKS: readonly MarkTool[] = [
  { key: 'format.bold', icon: Bold, name: 'bold', keys: 'ctrl+b', run: (core) => core.chain().focus().toggleBold().run() },
  { key: 'format.italic', icon: Italic, name: 'italic', keys: 'ctrl+i', run: (core) => core.chain().focus().toggleItalic().run() },
  { key: 'format.strike', icon: Strikethrough, name: 'strike', keys: 'ctrl+shift+s', run: (core) => core.chain().focus().toggleStrike().run() },
  { key: 'format.code', icon: Code, name: 'code', keys: 'ctrl+e', run: (core) => core.chain().focus().toggleCode().run() },
]

/** Asks something of the person; the editing page listens. */
export type Ask = 'link' | 'picture' | 'video' | 'file'
const ASKED = 'hark:editor-ask'

export function ask(what: Ask): void {
  window.dispatchEvent(new CustomEvent<Ask>(ASKED, { detail: what }))
}

export function whenAsked(run: (what: Ask) => void): () => void {
  const hear = (event: Event) => run((event as CustomEvent<Ask>).detail)
  window.addEventListener(ASKED, hear)
  return () => window.removeEventListener(ASKED, hear)
}

function callout(kind: CalloutKind) {
  return (core: Core) => {
    if (core.isActive('callout')) core.chain().focus().updateAttributes('callout', { kind }).run()
    else core.chain().focus().wrapIn('callout', { kind }).run()
  }
}

export const BLOCKS: readonly BlockTool[] = [
  { key: 'block.heading2', icon: Heading2, name: 'heading', attributes: { level: 2 }, words: ['h2', 'heading', 'title', 'titolo', '제목'], run: (core) => core.chain().focus().toggleHeading({ level: 2 }).run() },
  { key: 'block.heading3', icon: Heading3, name: 'heading', attributes: { level: 3 }, words: ['h3', 'heading', 'subheading', 'titolo', 'sottotitolo', '제목', '소제목'], run: (core) => core.chain().focus().toggleHeading({ level: 3 }).run() },
  { key: 'format.list', icon: List, name: 'bulletList', words: ['list', 'bullet', 'ul', 'elenco', '목록', '글머리'], run: (core) => core.chain().focus().toggleBulletList().run() },
  { key: 'format.numbers', icon: ListOrdered, name: 'orderedList', words: ['numbers', 'steps', 'ol', 'list', 'elenco', 'numeri', 'passi', '번호', '순서'], run: (core) => core.chain().focus().toggleOrderedList().run() },
  { key: 'block.table', icon: Table, name: 'table', words: ['table', 'tabella', '표'], run: (core) => core.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
  { key: 'block.image', icon: Image, name: 'image', words: ['image', 'picture', 'photo', 'immagine', 'foto', '이미지', '사진'], run: () => ask('file') },
  { key: 'block.video', icon: Film, name: 'video', words: ['video', 'youtube', 'vimeo', 'film', '동영상', '비디오'], run: () => ask('video') },
  { key: 'block.note', icon: Info, name: 'callout', attributes: { kind: 'note' }, words: ['callout', 'note', 'nota', 'riquadro', '참고', '상자'], run: callout('note') },
  { key: 'block.tip', icon: Lightbulb, name: 'callout', attributes: { kind: 'tip' }, words: ['callout', 'tip', 'consiglio', 'riquadro', '팁', '상자'], run: callout('tip') },
  { key: 'block.important', icon: Star, name: 'callout', attributes: { kind: 'important' }, words: ['callout', 'important', 'importante', 'riquadro', '중요', '상자'], run: callout('important') },
  { key: 'block.warning', icon: TriangleAlert, name: 'callout', attributes: { kind: 'warning' }, words: ['callout', 'warning', 'attenzione', 'riquadro', '주의', '상자'], run: callout('warning') },
  { key: 'block.caution', icon: OctagonAlert, name: 'callout', attributes: { kind: 'caution' }, words: ['callout', 'caution', 'danger', 'pericolo', 'riquadro', '경고', '상자'], run: callout('caution') },
  { key: 'block.code', icon: CodeXml, name: 'codeBlock', words: ['code', 'codice', '코드'], run: (core) => core.chain().focus().toggleCodeBlock().run() },
  { key: 'format.quote', icon: TextQuote, name: 'blockquote', words: ['quote', 'citazione', '인용'], run: (core) => core.chain().focus().toggleBlockquote().run() },
  { key: 'block.rule', icon: Minus, name: 'horizontalRule', words: ['rule', 'line', 'divider', 'linea', '구분선'], run: (core) => core.chain().focus().setHorizontalRule().run() },
  { key: 'block.link', icon: Link2, name: 'link', words: ['link', 'article', 'collegamento', 'articolo', '링크', '문서'], run: () => ask('link') },
]
