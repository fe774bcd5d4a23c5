import { expect, test } from 'vitest'
import { openedState, parseDrill, parseState, reportQuery, stateSearch, storedState } from './state'

const NOW = Date.parse('2026-11-23T12:00:00Z')

test('the address carries the whole state: a link shows the same page', () => {
  const search = '?period=custom&start=2026-01-01&end=2026-01-31&compare=custom&compare_start=2025-01-01&compare_end=2025-01-31&zone=Asia%2FSeoul&clock=customer&figure=reply_rate&by=topic&team=3&filter=%7B%7D'
  const state = parseState(search)
  expect(parseState(stateSearch(state))).toEqual(state)
  expect(stateSearch(parseState(''))).toBe('')
  expect(openedState(storedState(state, 'breakdown'))).toEqual(state)
  expect(storedState(state, 'breakdown')).toMatchObject({ page: 'breakdown', team: 3, start: '2026-01-01', filter: '{}' })
})

test('what an address says wrong becomes the usual', () => {
  const state = parseState('?period=forever&compare=custom&clock=sun&zone=Nowhere%2FLand&unknown=1')
  expect(state).toEqual(parseState(''))
  expect(parseState('?period=custom&start=2026-02-02&end=2026-02-01').period).toBe('28d')
})

test('the conversations behind a number stand in the address too', () => {
  const drill = { figure: 'first_reply', clock: 'team', by: 'agent', key: '', waiting: true } as const
  const search = stateSearch(parseState('?team=3'), drill)
  expect(parseDrill(search)).toEqual(drill)
  expect(parseState(search).team).toBe('3')
  expect(parseDrill('?team=3')).toBeNull()
})

test('the question is asked in days of the zone', () => {
  const query = reportQuery(parseState('?period=7d&zone=Asia%2FSeoul&compare=none'), NOW)
  expect(query).toMatchObject({ start: '2026-11-16T15:00:00.000Z', end: '2026-11-23T15:00:00.000Z', time_zone: 'Asia/Seoul', compare: 'none', interval: 'day' })
  const compared = reportQuery(parseState('?period=7d&zone=UTC'), NOW)
  expect(compared).toMatchObject({ compare_start: '2026-11-10T00:00:00.000Z', compare_end: '2026-11-17T00:00:00.000Z' })
})
