import { describe, expect, it } from 'vitest'
import { anyLayers, heatOf, journeyLayers, placeNodes, strongEdges } from './layout'

const node = (key: string, visits = 10, starts = 0) => ({ key, visits, starts })
const edge = (source: string, target: string, count: number) => ({ source, target, count })

describe('layers', () => {
  it('puts the own journey in its own order and closes up', () => {
    const layers = journeyLayers(['queue', 'agent', 'customer', 'resolved'])
    expect([...layers.values()]).toEqual([0, 1, 2, 3])
    expect(journeyLayers(['form', 'queue:3', 'queue:4', 'agent']).get('queue:4')).toBe(1)
  })
  it('finds the way through any flow, whatever goes back', () => {
    const nodes = [node('close', 9), node('work', 12), node('open', 10, 10)]
    const edges = [edge('open', 'work', 10), edge('work', 'close', 9), edge('close', 'work', 2), edge('work', 'work', 3)]
    const layers = anyLayers(nodes, edges)
    expect([layers.get('open'), layers.get('work'), layers.get('close')]).toEqual([0, 1, 2])
  })
  it('gives every node a place of its own', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((key, i) => node(key, 5 - i, i === 0 ? 5 : 0))
    const edges = [edge('a', 'b', 3), edge('a', 'c', 2), edge('b', 'd', 3), edge('c', 'd', 2), edge('d', 'e', 5), edge('e', 'a', 1)]
    const places = placeNodes(nodes, edges, anyLayers(nodes, edges))
    expect(new Set(places.map(({ layer, row }) => `${layer} ${row}`)).size).toBe(5)
  })
})

describe('strong edges', () => {
  it('drops rare ones but leaves no node alone', () => {
    const edges = [edge('a', 'b', 100), edge('b', 'c', 2), edge('a', 'c', 1), edge('b', 'b', 1)]
    expect(strongEdges(edges, 0.05)).toEqual([edges[0], edges[1]])
    expect(strongEdges(edges, 0)).toHaveLength(4)
  })
})

describe('heat', () => {
  it('is nothing for nothing and full for the largest', () => {
    expect([heatOf(0, 10), heatOf(1, 10), heatOf(5, 10), heatOf(10, 10), heatOf(3, 0)]).toEqual([0, 1, 3, 5, 0])
  })
})
