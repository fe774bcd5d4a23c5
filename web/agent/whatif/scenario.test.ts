import { describe, expect, test } from 'vitest'
import type { SimulatedFigure } from '../api/types'
import { scenarioOf, unchanged, verdict } from './scenario'

const figure = (key: string, low: number | null, high: number | null): SimulatedFigure => ({
  key, unit: 'seconds', real: null, base: {}, changed: {}, difference: { mean: null, low, high },
})

describe('scenarioOf', () => {
  test('nothing changed is four whole weeks as they were', () => {
    const found = scenarioOf(unchanged('2026-03-30'), 'Europe/Rome', 'As it was')
    expect(found).toEqual({
      scenario: {
        name: 'As it was', start: '2026-03-01T23:00:00.000Z', end: '2026-03-29T22:00:00.000Z', team_id: null, rule: null, mode: null,
        more_people: 0, periods: null, work_holidays: false, closed_days: [], bot_share: 0, seeds: 5,
      },
    })
  })
  test('hours hold for every weekday, or every day', () => {
    const typed = { ...unchanged('2026-03-30'), opens: '08:00', closes: '20:00' }
    expect(scenarioOf(typed, 'UTC', 'x')).toMatchObject({ scenario: { periods: { length: 5 } } })
    expect(scenarioOf({ ...typed, weekend: true }, 'UTC', 'x')).toMatchObject({ scenario: { periods: { length: 7 } } })
  })
  test.each([
    ['first', '2026-13-01'], ['last', '2026-01-01'], ['people', '1.5'], ['bot', '96'], ['closes', '08:00'],
  ] as const)('%s %s cannot be', (field, value) => {
    const typed = { ...unchanged('2026-03-30'), opens: field === 'closes' ? '08:00' : '', [field]: value }
    expect(scenarioOf(typed, 'UTC', 'x')).toEqual({ wrong: field })
  })
})

test('a change is only told when chance does not explain it', () => {
  expect(verdict(figure('cost', -10, -1))).toBe('better')
  expect(verdict(figure('cost', -10, 1))).toBe('same')
  expect(verdict(figure('cost', null, null))).toBe('same')
  expect(verdict(figure('resolution_rate', -0.2, -0.1))).toBe('worse')
  expect(verdict(figure('utilisation', 0.1, 0.2))).toBe('neither')
})
