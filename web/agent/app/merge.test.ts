import { describe, expect, test } from 'vitest'
import type { Page, Row } from '../api/types'
import { mergeRows } from './merge'

const row = (id: string, seq: number, subject = `${id}${seq}`) => ({ id, seq, subject }) as Row
const page = <T>(items: T[], next: string | null = null): Page<T> => ({ items, next })

/** A small deterministic generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items.map((item) => ({ item, at: next() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
}

describe('old state + events == fresh state', () => {
  test('rows: any order and repetition of frames ends in the newest rows', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed)
      const ids = ['a', 'b', 'c', 'd']
      const old = [page(ids.slice(0, 2).map((id) => row(id, 1))), page(ids.slice(2).map((id) => row(id, 1)))]
      const events = Array.from({ length: 12 }, (_, at) => row(ids[Math.floor(next() * ids.length)]!, at + 2))
      const newest = (id: string) => events.findLast((event) => event.id === id) ?? row(id, 1)
      const fresh = old.map((one) => page(one.items.map((item) => newest(item.id))))
      let state = old
      for (const event of shuffled([...events, ...events.slice(3)], next)) state = mergeRows(state, [event])
      expect(state).toEqual(fresh)
      expect(mergeRows(old, shuffled(events, next))).toEqual(fresh)
    }
  })
})

test('pages nothing happened to stay the same object, so that nothing is drawn again', () => {
  const pages = [page([row('a', 1)]), page([row('b', 1)])]
  const merged = mergeRows(pages, [row('b', 2)])
  expect(merged[0]).toBe(pages[0])
  expect(merged[1]).not.toBe(pages[1])
})
