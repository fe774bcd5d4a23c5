import { describe, expect, test } from 'vitest'
import type { Overview } from '../../api/types'
import { alarmsOf } from './alarms'
import { barsByAccount, barsByFate } from './fates'
import { filterQuery, filterSearch, NO_FILTER, parseFilter } from './filter'

const COUNTS = [
  { account_id: 1, fate: 'new', items: 30 },
  { account_id: 1, fate: 'held', items: 2 },
  { account_id: 2, fate: 'message', items: 60 },
  { account_id: 2, fate: 'new', items: 10 },
  { account_id: 2, fate: 'parked', items: 1 },
]

describe('counts', () => {
  test('a bar per fate in the order of the fates, of all mailboxes or one', () => {
    expect(barsByFate(COUNTS, null).map(({ key, items }) => [key, items])).toEqual([['new', 40], ['message', 60], ['held', 2], ['parked', 1]])
    expect(barsByFate(COUNTS, 1)).toEqual([{ key: 'new', items: 30, share: 1 }, { key: 'held', items: 2, share: 2 / 30 }])
    expect(barsByFate([], null)).toEqual([])
  })

  test('a bar per mailbox, the longest first, of all fates, one, or what waits', () => {
    expect(barsByAccount(COUNTS, '').map(({ key, items }) => [key, items])).toEqual([[2, 71], [1, 32]])
    expect(barsByAccount(COUNTS, 'new').map(({ key }) => key)).toEqual([1, 2])
    expect(barsByAccount(COUNTS, 'attention').map(({ key, items }) => [key, items])).toEqual([[1, 2], [2, 1]])
  })
})

describe('filter', () => {
  test('survives the address bar', () => {
    for (const search of ['', '?q=a%26b&fate=held&mailbox=3', '?fate=attention&source=imap&days=7', '?days=range&since=2026-11-01&until=2026-11-02']) {
      const filter = parseFilter(search)
      expect(parseFilter(filterSearch(filter))).toEqual(filter)
    }
    expect(parseFilter('?fate=lost&source=pigeon&mailbox=x&days=9&since=2026-11-01')).toEqual(NO_FILTER)
  })

  test('days become instants: the last day of a range is included', () => {
    const range = filterQuery(parseFilter('?days=range&since=2026-11-01&until=2026-11-02'), 0)
    expect(range.since).toBe(new Date('2026-11-01T00:00:00').toISOString())
    expect(range.until).toBe(new Date('2026-11-03T00:00:00').toISOString())
    const now = Date.parse('2026-11-08T10:59:00Z')
    expect(filterQuery(parseFilter('?days=7'), now)).toMatchObject({ since: '2026-11-01T10:00:00.000Z', until: null })
    expect(filterQuery(NO_FILTER, now)).toMatchObject({ since: null, until: null })
  })
})

test('alarms name every mailbox in trouble first, and are silent when all is well', () => {
  const well = { since: '', counts: [], attention: { held: 0, parked: 0, oldest_at: null }, sources: [], failed: 0, unknown: 0, unsent: [] } satisfies Overview
  expect(alarmsOf(well)).toEqual([])
  const source = { account_id: 4, channel: 'email', name: 'Support', problem: 'Silent: no mail.', problem_at: null, last_item_at: null }
  const bad = { ...well, attention: { held: 2, parked: 1, oldest_at: '2026-11-01T00:00:00Z' }, failed: 1, sources: [source, { ...source, problem: null }] }
  expect(alarmsOf(bad).map((alarm) => alarm.kind)).toEqual(['source', 'unsent', 'parked', 'held'])
})
