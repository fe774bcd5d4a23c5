import { expect, test } from 'vitest'
import { change } from './figures'
import { chooseInterval, comparisonPeriod, dateField, dense, fieldsPeriod, PRESETS, presetPeriod, steps } from './period'

const NOW = new Date(2026, 10, 23, 15, 40)

test('presets are whole days and include today', () => {
  expect(presetPeriod('7d', NOW)).toEqual({ start: new Date(2026, 10, 17), end: new Date(2026, 10, 24) })
  expect(presetPeriod('lastMonth', NOW)).toEqual({ start: new Date(2026, 9, 1), end: new Date(2026, 10, 1) })
  for (const preset of PRESETS) {
    const { start, end } = presetPeriod(preset, NOW)
    expect([start.getHours(), end.getHours()]).toEqual([0, 0])
    expect(start < end).toBe(true)
  }
})

test('the comparison period is as many days long and ends where the period starts', () => {
  const period = presetPeriod('28d', NOW)
  expect(comparisonPeriod(period, 'before')).toEqual({ start: new Date(2026, 8, 29), end: period.start })
  expect(comparisonPeriod(period, 'lastYear').start.getFullYear()).toBe(2025)
})

test('date fields hold both days', () => {
  expect(fieldsPeriod('2026-11-01', '2026-11-01')).toEqual({ start: new Date(2026, 10, 1), end: new Date(2026, 10, 2) })
  expect(fieldsPeriod('2026-11-02', '2026-11-01')).toBeNull()
  expect(fieldsPeriod('', '2026-11-01')).toBeNull()
  expect(dateField(new Date(2026, 0, 5))).toBe('2026-01-05')
})

test('steps grow with the period', () => {
  expect([presetPeriod('28d', NOW), presetPeriod('90d', NOW), presetPeriod('year', NOW)].map(chooseInterval)).toEqual(['day', 'week', 'month'])
})

test('steps cover the period without gaps, weeks from Monday', () => {
  const period = presetPeriod('28d', NOW)
  expect(steps(period, 'day')).toHaveLength(28)
  const weeks = steps(period, 'week')
  expect(weeks.every((date) => date.getDay() === 1)).toBe(true)
  expect(weeks[0]! <= period.start && weeks.at(-1)! < period.end).toBe(true)
  expect(steps({ start: new Date(2025, 11, 15), end: new Date(2026, 2, 1) }, 'month').map((date) => date.getMonth())).toEqual([11, 0, 1])
})

test('steps without data are zero for counts and unknown for times', () => {
  const days = steps({ start: new Date(2026, 10, 1), end: new Date(2026, 10, 4) }, 'day')
  const series = [{ at: new Date(2026, 10, 2).toISOString(), value: 5, count: 5 }]
  expect(dense(series, days, 'count')).toEqual([0, 5, 0])
  expect(dense(series, days, 'seconds')).toEqual([null, 5, null])
})

test('a change is good or bad by what the figure means', () => {
  expect(change('first_reply', 'seconds', 90, 100)).toEqual({ ratio: -0.1, isBetter: true })
  expect(change('reply_rate', 'share', 0.9, 0.8)?.isBetter).toBe(true)
  expect(change('received', 'count', 120, 100)).toEqual({ ratio: 0.2, isBetter: null })
  expect(change('received', 'count', 3, 0)).toBeNull()
  expect(change('received', 'count', null, 3)).toBeNull()
})
