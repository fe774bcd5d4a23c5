/** A flow as the builder changes it: every change gives a new flow. Pure. */
import type { Block, BlockOf, BlockType, Flow, Words } from './types'

export const BLOCK_TYPES = ['message', 'buttons', 'ask', 'answer', 'article', 'condition', 'set', 'webhook', 'wait', 'survey', 'hand_over', 'resolve', 'start'] as const satisfies readonly BlockType[]
export const MAX_BLOCKS = 200
export const GRID = 20
export const NODE_WIDTH = 240

export type Port = { port: string; to: string | null; label: string }

/** Ways out of a block in the order they are drawn; `label` is what its author called it, '' for the usual ones. */
export function exits(block: Block, language: string): Port[] {
  const way = (port: string, to: string | null | undefined, label = ''): Port => ({ port, to: to ?? null, label })
  switch (block.type) {
    case 'buttons':
      return [...block.buttons.map((button) => way(button.id, button.next, say(button.label, language))), way('other', block.other)]
    case 'condition':
      return [...block.branches.map((branch) => way(branch.id, branch.next, branch.label)), way('next', block.next)]
    case 'ask':
    case 'webhook':
      return [way('next', block.next), way('failed', block.failed)]
    case 'answer':
      return [way('accepted', block.accepted), way('unknown', block.unknown)]
    case 'wait':
      return [way('next', block.next), way('written', block.written)]
    case 'hand_over':
    case 'resolve':
      return []
    default:
      return [way('next', block.next)]
  }
}

/** Let a way out of a block lead to another block, or nowhere (null). */
export function connect(flow: Flow, id: string, port: string, to: string | null): Flow {
  return replace(flow, id, (block) => {
    if (block.type === 'buttons' && port !== 'other') return { ...block, buttons: block.buttons.map((one) => (one.id === port ? { ...one, next: to } : one)) }
    if (block.type === 'condition' && port !== 'next') return { ...block, branches: block.branches.map((one) => (one.id === port ? { ...one, next: to } : one)) }
    return { ...block, [port]: to } as Block
  })
}

export function replace(flow: Flow, id: string, change: (block: Block) => Block): Flow {
  return { ...flow, blocks: blocksOf(flow).map((block) => (block.id === id ? change(block) : block)) }
}

/** Without the block; ways that led to it lead nowhere. */
export function remove(flow: Flow, id: string): Flow {
  const rest = { ...flow, blocks: blocksOf(flow).filter((block) => block.id !== id) }
  return blocksOf(rest).reduce<Flow>((next, block) => exits(block, '').reduce<Flow>((one, way) => (way.to === id ? connect(one, block.id, way.port, null) : one), next), rest)
}

/** The flow with a new block, and its id. After `from` it stands below it and its way out leads to it. */
export function add(flow: Flow, type: BlockType, at: { x: number; y: number }, from?: { id: string; port: string }): { flow: Flow; id: string } {
  const id = freshId(flow, type)
  const block = { ...blank(type, id, flow.language), x: snap(at.x), y: snap(at.y) } as Block
  const next = { ...flow, blocks: [...blocksOf(flow), block] }
  return { flow: from ? connect(next, from.id, from.port, id) : next, id }
}

/** About as high as a card is drawn. */
export function heightOf(block: Block): number {
  return 72 + exits(block, '').length * 27
}

/** The view in which a canvas of this size shows the whole flow, never so small that it cannot be read: one that is too high
 * is shown from its beginning. */
export function wholeView(flow: Flow, width: number, height: number): { x: number; y: number; zoom: number } {
  const blocks = blocksOf(flow)
  if (blocks.length === 0) return { x: width / 2, y: height / 3, zoom: 1 }
  const left = Math.min(...blocks.map((block) => block.x ?? 0))
  const top = Math.min(...blocks.map((block) => block.y ?? 0))
  const wide = Math.max(...blocks.map((block) => (block.x ?? 0) + NODE_WIDTH)) - left
  const high = Math.max(...blocks.map((block) => (block.y ?? 0) + heightOf(block))) - top
  const zoom = Math.min(1, Math.max(0.6, Math.min((width - 4 * GRID) / wide, (height - 3 * GRID) / high)))
  return { x: (width - wide * zoom) / 2 - left * zoom, y: Math.max(1.5 * GRID, (height - high * zoom) / 2) - top * zoom, zoom }
}

/** The place itself, or the nearest to its right where no other card lies. */
export function freePlace(flow: Flow, at: { x: number; y: number }, height: number): { x: number; y: number } {
  const lies = (x: number) =>
    blocksOf(flow).some((block) => Math.abs((block.x ?? 0) - x) < NODE_WIDTH + GRID && at.y < (block.y ?? 0) + heightOf(block) + GRID && (block.y ?? 0) < at.y + height + GRID)
  let x = at.x
  while (lies(x)) x += NODE_WIDTH + 3 * GRID
  return { x, y: at.y }
}

/** A copy of a block beside it, with the same ways out. */
export function duplicate(flow: Flow, id: string): { flow: Flow; id: string } | null {
  const block = blocksOf(flow).find((one) => one.id === id)
  if (!block) return null
  const copy = { ...structuredClone(block), id: freshId(flow, block.type), x: (block.x ?? 0) + NODE_WIDTH + 2 * GRID, y: block.y ?? 0 } as Block
  return { flow: { ...flow, blocks: [...blocksOf(flow), copy] }, id: copy.id }
}

export function blocksOf(flow: Flow): Block[] {
  return (flow.blocks ?? []) as Block[]
}

export function freshId(flow: Flow, type: string): string {
  const taken = new Set(blocksOf(flow).flatMap((block) => [block.id, ...exits(block, '').map((way) => way.port)]))
  for (let n = 1; ; n += 1) if (!taken.has(`${type}_${n}`)) return `${type}_${n}`
}

/** What a new block holds: enough to be shown, told by the validation where something is still to be written. */
export function blank(type: BlockType, id: string, language: string): Block {
  const text: Words = { [language]: '' }
  const blanks: { [T in BlockType]: Omit<BlockOf<T>, 'id' | 'x' | 'y' | 'note'> } = {
    start: { type: 'start', on: { type: 'new_conversation' }, next: null },
    message: { type: 'message', text, next: null },
    buttons: { type: 'buttons', text, buttons: [{ id: `${id}_a`, label: { [language]: '' }, next: null }], other: null },
    ask: { type: 'ask', text, kind: 'text', attribute: 'conversation.answer', choices: [], least: null, most: null, next: null, failed: null },
    condition: { type: 'condition', branches: [{ id: `${id}_a`, when: { field: 'channel_open', op: 'is', value: true }, label: '', next: null }], next: null },
    answer: { type: 'answer', text: {}, confidence: null, tries: 2, words: 'article', accepted: null, unknown: null },
    article: { type: 'article', article_id: 1, text: {}, next: null },
    webhook: { type: 'webhook', url: 'https://', method: 'POST', headers: {}, secret_headers: {}, body: {}, timeout_s: 5, results: [], next: null, failed: null },
    set: { type: 'set', actions: [], next: null },
    wait: { type: 'wait', seconds: 60, next: null, written: null },
    hand_over: { type: 'hand_over', text: {}, team_id: null },
    resolve: { type: 'resolve', text: {}, accepted: false },
    survey: { type: 'survey', text, attribute: 'conversation.satisfaction', next: null },
  }
  return { id, x: 0, y: 0, note: '', ...blanks[type] } as Block
}

/** A text in the language, else in any. */
export function say(words: Words | undefined, language: string): string {
  return words?.[language] || Object.values(words ?? {}).find(Boolean) || ''
}

/** What a block says to the customer. */
export function textOf(block: Block): Words | undefined {
  return 'text' in block ? block.text : undefined
}

/** Ids of blocks no start leads to. */
export function unreachable(flow: Flow): Set<string> {
  const byId = new Map(blocksOf(flow).map((block) => [block.id, block]))
  const seen = new Set<string>()
  const open = blocksOf(flow).filter((block) => block.type === 'start').map((block) => block.id)
  while (open.length > 0) {
    const id = open.pop()!
    const block = byId.get(id)
    if (seen.has(id) || !block) continue
    seen.add(id)
    open.push(...exits(block, '').flatMap((way) => way.to ?? []))
  }
  return new Set([...byId.keys()].filter((id) => !seen.has(id)))
}

/** Blocks in rows from top to bottom by how far they lie from a start; what nothing leads to stands at the end. */
export function arrange(flow: Flow): Flow {
  const byId = new Map(blocksOf(flow).map((block) => [block.id, block]))
  const depth = new Map<string, number>()
  let row = blocksOf(flow).filter((block) => block.type === 'start').map((block) => block.id)
  for (let level = 0; row.length > 0; level += 1) {
    for (const id of row) if (!depth.has(id)) depth.set(id, level)
    row = row.flatMap((id) => exits(byId.get(id)!, '').flatMap((way) => (way.to !== null && byId.has(way.to) && !depth.has(way.to) ? [way.to] : [])))
  }
  const last = Math.max(-1, ...depth.values()) + 1
  const rows = new Map<number, Block[]>()
  for (const block of blocksOf(flow)) {
    const level = depth.get(block.id) ?? last
    rows.set(level, [...(rows.get(level) ?? []), block])
  }
  const places = new Map<string, { x: number; y: number }>()
  let y = 0
  for (const level of [...rows.keys()].toSorted((a, b) => a - b)) {
    const own = rows.get(level)!
    const wide = own.length * NODE_WIDTH + (own.length - 1) * 3 * GRID
    own.forEach((block, n) => places.set(block.id, { x: snap(n * (NODE_WIDTH + 3 * GRID) - wide / 2), y: snap(y) }))
    y += Math.max(...own.map(heightOf)) + 3 * GRID
  }
  return { ...flow, blocks: blocksOf(flow).map((block) => ({ ...block, ...places.get(block.id) }) as Block) }
}

export function snap(value: number): number {
  return Math.round(value / GRID) * GRID
}
