/** The editor's document as Markdown (CommonMark, GFM tables, GitHub alerts). Pure; `parse` reads it back to the same document. */
import type { JSONContent } from '@tiptap/core'
import { inline } from './inline'

export function serialize(doc: JSONContent): string {
  const text = blocks(doc.content ?? [])
  return text === '' ? '' : `${text}\n`
}

function blocks(nodes: readonly JSONContent[], gap = '\n\n'): string {
  const parts: { node: JSONContent; text: string; other: boolean }[] = []
  for (const node of nodes) {
    const last = parts.at(-1)
    // Two lists that follow each other differ by their marker, or they would be one.
    const other = isList(node) && last !== undefined && last.node.type === node.type && !last.other
    const text = block(node, other)
    if (text !== '') parts.push({ node, text, other })
  }
  return parts.map((part) => part.text).join(gap)
}

function isList(node: JSONContent): boolean {
  return node.type === 'bulletList' || node.type === 'orderedList'
}

function block(node: JSONContent, other: boolean): string {
  const content = node.content ?? []
  switch (node.type) {
    case 'paragraph':
      return inline(content)
    case 'heading':
      return `${'#'.repeat(Number(node.attrs?.level ?? 2))} ${inline(content, { oneLine: true })}`.trimEnd()
    case 'bulletList':
    case 'orderedList':
      return list(node, other)
    case 'blockquote':
      return quoted(blocks(content))
    case 'callout':
      return `> [!${String(node.attrs?.kind ?? 'note').toUpperCase()}]${node.attrs?.title ? ` ${String(node.attrs.title)}` : ''}\n${quoted(blocks(content))}`
    case 'video':
      return `@[${String(node.attrs?.title ?? '')}](${address(String(node.attrs?.src ?? ''))})`
    case 'codeBlock':
      return fenced(content.map((one) => one.text ?? '').join(''), (node.attrs?.language as string | null) ?? '')
    case 'horizontalRule':
      return '---'
    case 'table':
      return table(node)
    case 'rawBlock':
      return String(node.attrs?.source ?? '')
    default:
      return blocks(content)
  }
}

function quoted(text: string): string {
  return text.split('\n').map((line) => (line === '' ? '>' : `> ${line}`)).join('\n')
}

function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/^\s*(`{3,})/gm)].map((run) => run[1]!.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${code === '' ? '' : `${code}\n`}${fence}`
}

function list(node: JSONContent, other: boolean): string {
  const loose = node.attrs?.loose === true
  const first = Number(node.attrs?.start ?? 1)
  const items = (node.content ?? []).map((item, index) => {
    const marker = node.type === 'orderedList' ? `${first + index}${other ? ')' : '.'}` : other ? '*' : '-'
    const box = item.attrs?.checked === true ? '[x] ' : item.attrs?.checked === false ? '[ ] ' : ''
    const body = box + blocks(item.content ?? [], loose || !isTight(item) ? '\n\n' : '\n')
    const indent = ' '.repeat(marker.length + 1)
    return body === '' ? marker : `${marker} ${body.split('\n').map((line, at) => (at === 0 || line === '' ? line : indent + line)).join('\n')}`
  })
  return items.join(loose ? '\n\n' : '\n')
}

/** A paragraph and lists need no blank line between them. */
function isTight(item: JSONContent): boolean {
  return (item.content ?? []).every((child, index) => (index === 0 ? child.type === 'paragraph' : isList(child)))
}

function table(node: JSONContent): string {
  const rows = (node.content ?? []).map((row) =>
    (row.content ?? []).flatMap((cell) => {
      const text = (cell.content ?? []).map((one) => inline(one.content ?? [], { inTable: true })).join('<br>')
      return [{ text, align: (cell.attrs?.align as string | null) ?? null }, ...Array.from({ length: Number(cell.attrs?.colspan ?? 1) - 1 }, () => ({ text: '', align: null }))]
    }),
  )
  const width = Math.max(1, ...rows.map((row) => row.length))
  const line = (cells: readonly string[]) => `| ${Array.from({ length: width }, (_, at) => cells[at] ?? '').join(' | ')} |`
  const rule = Array.from({ length: width }, (_, at) => {
    const align = rows[0]?.[at]?.align
    return align === 'center' ? ':---:' : align === 'right' ? '---:' : align === 'left' ? ':---' : '---'
  })
  const [head = [], ...body] = rows.map((row) => line(row.map((cell) => cell.text)))
  return [head, line(rule), ...body].join('\n')
}

/** An address as Markdown takes it: in angle brackets where it would end too soon. */
export function address(href: string): string {
  const safe = href.replace(/[\n\r]/g, '').replace(/[<>]/g, (sign) => encodeURIComponent(sign))
  return safe === '' || /[\s()\\]/.test(safe) ? `<${safe.replace(/\\/g, '\\\\')}>` : safe
}

export function title(text: string | null | undefined): string {
  return text ? ` "${text.replace(/\s*\n\s*/g, ' ').replace(/(["\\])/g, '\\$1')}"` : ''
}
