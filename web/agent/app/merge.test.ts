import { describe, expect, test } from 'vitest'
import type { Message, Page, Row, ThreadItem } from '../api/types'
import { mergeRows, mergeThread } from './merge'

const row = (id: string, seq: number, subject = `${id}${seq}`) => ({ id, seq, subject }) as Row
const message = (seq: number, text = `m${seq}`) => ({ type: 'message', id: `id${seq}`, seq, text }) as Message
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
  return items.map((item) => ({ item, at: next() })).sort((a, b) => a.at - b.at).map(({ item }) => item)
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

  test('threads: any split of a thread into loaded pages and events ends in the whole thread', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed)
      const all: ThreadItem[] = Array.from({ length: 30 }, (_, at) => message(at + 1))
      const loaded = 10 + Math.floor(next() * 15)
      const newestFirst = all.slice(0, loaded).reverse()
      const old = [page(newestFirst.slice(0, 6), 'older'), page(newestFirst.slice(6))]
      let state = old
      const events = shuffled([...all.slice(loaded), ...all.slice(loaded - 2, loaded + 2)], next)
      while (events.length > 0) state = mergeThread(state, events.splice(0, 1 + Math.floor(next() * 4)))
      expect(state.flatMap((one) => one.items)).toEqual([...all].reverse())
      expect(state[0]!.next).toBe('older')
    }
  })
})

test('pages nothing happened to stay the same object, so that nothing is drawn again', () => {
  const pages = [page([row('a', 1)]), page([row('b', 1)])]
  const merged = mergeRows(pages, [row('b', 2)])
  expect(merged[0]).toBe(pages[0])
  expect(merged[1]).not.toBe(pages[1])
})

test('a changed message replaces the one that stands there', () => {
  const pages = [page<ThreadItem>([message(2), message(1)])]
  expect(mergeThread(pages, [message(1, 'failed')])[0]!.items).toEqual([message(2), message(1, 'failed')])
})

test('an item older than what is loaded waits for its page', () => {
  const pages = [page<ThreadItem>([message(9), message(8)], 'older')]
  expect(mergeThread(pages, [message(3)])).toEqual(pages)
})
