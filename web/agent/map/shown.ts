/** The parts of a map as they are drawn and listed. Pure. */
import type { Names } from './names'
import type { Before, Flow, Measure, Shown, ShownEdge } from './types'

/** Stages in which the ball is on our side: only these are hot. */
export const OURS = new Set(['queue', 'agent', 'bot', 'outside', 'timer'])
const isOurs = (key: string) => OURS.has(key.split(':')[0]!)

/** By how much a figure differs from the comparison period, as a share; null where there is nothing to compare with. */
export function changeOf(now: number, before: number | undefined): number | null {
  return before ? (now - before) / before : null
}

/** Nodes of the own journey, those before the first message included; `value` is what they are coloured by. */
export function journeyParts(flow: Flow, before: Flow | null, contact: Before | null, names: Names, measure: Measure): { nodes: Shown[]; edges: ShownEdge[] } {
  const known = new Map((before?.nodes ?? []).map((node) => [node.key, node]))
  const nodes = flow.nodes.map((node): Shown => {
    const ours = isOurs(node.key)
    return { ...node, name: names.activity(node.key), value: ours ? (measure === 'cost' ? node.cost : node.time.total) : 0, before: known.get(node.key), isBefore: false, ours }
  })
  const edges = flow.edges.map((edge): ShownEdge => {
    const value = isOurs(edge.source) ? (measure === 'cost' ? edge.cost : edge.stay.total) : 0
    return { source: edge.source, target: edge.target, count: edge.count, cases: edge.cases, seconds: edge.stay.total, median: edge.stay.median, cost: edge.cost, value, isBefore: false }
  })
  if (contact === null) return { nodes, edges }
  const early = contact.flow.nodes.map((node): Shown => ({ ...node, name: names.activity(node.key), value: 0, gaveUp: contact.gave_up[node.key] ?? 0, isBefore: true, ours: false }))
  const steps = contact.flow.edges.map((edge): ShownEdge => ({ source: edge.source, target: edge.target, count: edge.count, cases: edge.cases, seconds: edge.stay.total, median: edge.stay.median, cost: 0, value: 0, isBefore: true }))
  return { nodes: [...early, ...nodes], edges: [...steps, ...edges] }
}

/** Nodes of an imported log. Where only moments are known the time lies between the activities, on the edges. */
export function logParts(flow: Flow, names: Names): { nodes: Shown[]; edges: ShownEdge[] } {
  const nodes = flow.nodes.map((node): Shown => ({ ...node, name: names.activity(node.key), value: node.time.total, isBefore: false, ours: true }))
  const edges = flow.edges.map((edge): ShownEdge => ({ source: edge.source, target: edge.target, count: edge.count, cases: edge.cases, seconds: edge.between.total, median: edge.between.median, cost: 0, value: edge.between.total, isBefore: false }))
  return { nodes, edges }
}
