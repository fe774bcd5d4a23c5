/** Where the parts of a flow stand: layers from left to right, few crossings, back edges named. Pure. */

export type FlowNode = { key: string; visits: number; starts: number }
export type FlowEdge = { source: string; target: string; count: number }
export type Place = { key: string; layer: number; row: number }

export const COLUMN = 290
export const ROW = 132

/** The stages of our own journey in the order of the way itself; what is not here comes after what leads to it. */
const ORDER = ['landed_search', 'landed', 'search', 'article', 'opened', 'form', 'sent', 'bot', 'queue', 'agent', 'outside', 'timer', 'date', 'customer', 'resolved']
const LAYERS: Record<string, number> = { landed_search: 0, landed: 0, search: 1, article: 2, opened: 3, form: 4, sent: 5, bot: 6, queue: 6, agent: 7, outside: 8, timer: 8, date: 8, customer: 8, resolved: 9 }

/** Layers of the own journey: the way is known, so it looks the same every time; empty layers close up. */
export function journeyLayers(keys: readonly string[]): Map<string, number> {
  const stage = (key: string) => key.split(':')[0]!
  const used = [...new Set(keys.map((key) => LAYERS[stage(key)] ?? 7))].toSorted((a, b) => a - b)
  return new Map(keys.map((key) => [key, used.indexOf(LAYERS[stage(key)] ?? 7)]))
}

/**
 * Layers of any flow: an order of the nodes in which little flows backwards (greedy by what leaves minus what enters,
 * after Eades, Lin & Smyth 1993), then the longest way from the left along what flows forwards.
 */
export function anyLayers(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): Map<string, number> {
  const left = new Set(nodes.map((node) => node.key))
  const order: string[] = []
  while (left.size > 0) {
    const balance = new Map([...left].map((key) => [key, nodes.find((node) => node.key === key)!.starts]))
    for (const { source, target, count } of edges) {
      if (source === target || !left.has(source) || !left.has(target)) continue
      balance.set(source, balance.get(source)! + count)
      balance.set(target, balance.get(target)! - count)
    }
    const next = [...left].reduce((best, key) => (balance.get(key)! > balance.get(best)! ? key : best))
    order.push(next)
    left.delete(next)
  }
  const at = new Map(order.map((key, index) => [key, index]))
  const strongest = new Map<string, number>()
  for (const { target, count } of edges) strongest.set(target, Math.max(strongest.get(target) ?? 0, count))
  const layers = new Map<string, number>()
  for (const key of order) {
    const before = edges.filter(({ source, target, count }) => target === key && at.get(source)! < at.get(key)! && count >= strongest.get(key)! / 20)
    layers.set(key, Math.max(-1, ...before.map(({ source }) => layers.get(source) ?? -1)) + 1)
  }
  return layers
}

/** Rows inside each layer: busy ones in the middle, then twice by where their neighbours stand. */
export function placeNodes(nodes: readonly FlowNode[], edges: readonly FlowEdge[], layers: ReadonlyMap<string, number>): Place[] {
  const columns = new Map<number, string[]>()
  const rank = (key: string) => {
    const known = ORDER.indexOf(key.split(':')[0]!)
    return known < 0 ? ORDER.length : known
  }
  for (const node of nodes.toSorted((a, b) => rank(a.key) - rank(b.key) || b.visits - a.visits)) {
    const layer = layers.get(node.key) ?? 0
    columns.set(layer, [...(columns.get(layer) ?? []), node.key])
  }
  const rows = new Map<string, number>()
  const settle = (keys: readonly string[]) => keys.forEach((key, index) => rows.set(key, index - (keys.length - 1) / 2))
  for (const keys of columns.values()) settle(keys)
  for (const layer of [...columns.keys()].toSorted((a, b) => a - b)) {
    const pull = (key: string) => {
      const near = edges.filter((edge) => (edge.target === key || edge.source === key) && edge.source !== edge.target)
      const weight = near.reduce((sum, edge) => sum + edge.count, 0)
      return weight === 0 ? 0 : near.reduce((sum, edge) => sum + edge.count * rows.get(edge.target === key ? edge.source : edge.target)!, 0) / weight
    }
    const keys = columns.get(layer)!
    if (layer > 0 && keys.every((key) => rank(key) === ORDER.length)) settle(keys.toSorted((a, b) => pull(a) - pull(b)))
  }
  return nodes.map(({ key }) => ({ key, layer: layers.get(key) ?? 0, row: rows.get(key) ?? 0 }))
}

/** The edges worth a line: at least `share` (0-1) of the busiest, and for every node the strongest that leads to it. */
export function strongEdges<T extends FlowEdge>(edges: readonly T[], share: number): T[] {
  const top = Math.max(0, ...edges.map((edge) => edge.count))
  const best = new Map<string, T>()
  for (const edge of edges) {
    const known = best.get(edge.target)
    if (edge.source !== edge.target && (!known || edge.count > known.count)) best.set(edge.target, edge)
  }
  return edges.filter((edge) => edge.count >= share * top || best.get(edge.target) === edge)
}

/** 0-5 on the heat scale, by the share of the largest. */
export function heatOf(value: number, largest: number): 0 | 1 | 2 | 3 | 4 | 5 {
  if (value <= 0 || largest <= 0) return 0
  return Math.min(5, Math.max(1, Math.ceil((value / largest) * 5))) as 1 | 2 | 3 | 4 | 5
}
