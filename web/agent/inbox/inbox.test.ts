import { describe, expect, test } from 'vitest'
import { filterSearch, parseFilter } from './filter'
import { neighbour, settle } from './settle'

describe('settle', () => {
  test('free, the list stands as the server orders it', () => {
    expect(settle(['a', 'b'], ['b', 'c', 'a'], false)).toEqual({ order: ['b', 'c', 'a'], pending: 0 })
  })

  test('held, no row that stands on screen moves or goes', () => {
    const shown = ['a', 'b', 'c']
    const { order, pending } = settle(shown, ['new', 'c', 'a'], true)
    expect(order.slice(0, shown.length)).toEqual(shown)
    expect(pending).toBe(1)
  })

  test('held, the next page still arrives below', () => {
    expect(settle(['a', 'b'], ['b', 'a', 'c', 'd'], true)).toEqual({ order: ['a', 'b', 'c', 'd'], pending: 0 })
  })

  test('held, a wholly different list only counts', () => {
    expect(settle(['a'], ['x', 'y'], true)).toEqual({ order: ['a'], pending: 2 })
  })
})

test('after the last row is dealt with, the one before opens', () => {
  expect(neighbour(['a', 'b', 'c'], 'b', new Set())).toBe('c')
  expect(neighbour(['a', 'b', 'c'], 'b', new Set(['c']))).toBe('a')
  expect(neighbour(['a'], 'a', new Set())).toBeNull()
})

test('filters survive the address bar', () => {
  const searches = ['', '?view=mine&order=oldest', '?view=resolved', '?view=unassigned&order=price&team=3&tag=2&mailbox=9&q=a%26b']
  for (const search of searches) {
    const filter = parseFilter(search)
    expect(parseFilter(filterSearch(filter))).toEqual(filter)
  }
  expect(parseFilter('?view=resolved&order=price').order).toBe('newest')
  expect(parseFilter('?team=x&order=worst')).toMatchObject({ team: null, order: 'price' })
  expect(parseFilter('', 'oldest').order).toBe('oldest')
})
