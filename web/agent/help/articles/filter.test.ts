import { expect, test } from 'vitest'
import { type Filter, filterSearch, moved, parseFilter } from './filter'

test('filters stand in the address', () => {
  const filters: Filter[] = [
    { q: '', collection: null, language: null, state: null, visibility: null },
    { q: 'how & why', collection: 0, language: 'it', state: 'stale', visibility: 'internal' },
  ]
  for (const filter of filters) expect(parseFilter(filterSearch(filter))).toEqual(filter)
  expect(parseFilter('?state=nonsense&collection=x&visibility=all')).toEqual(filters[0])
})

test('a row goes where it is put', () => {
  expect(moved([1, 2, 3, 4], 1, 2)).toEqual([2, 3, 1, 4])
  expect(moved([1, 2, 3, 4], 4, 0)).toEqual([4, 1, 2, 3])
  expect(moved([1, 2, 3], 2, 99)).toEqual([1, 3, 2])
})
