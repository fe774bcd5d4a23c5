import { expect, test } from 'vitest'
import { change } from './figures'
import { addDays, chooseInterval, comparisonDays, dayIn, daysBetween, dense, isDay, midnight, PRESETS, presetDays, steps } from './period'

const TODAY = '2026-11-23'
const ROME = 'Europe/Rome'

test('presets are whole days and include today', () => {
  expect(presetDays('7d', TODAY)).toEqual({ first: '2026-11-17', after: '2026-11-24' })
  expect(presetDays('today', TODAY)).toEqual({ first: TODAY, after: '2026-11-24' })
  expect(presetDays('lastMonth', '2026-03-31')).toEqual({ first: '2026-02-01', after: '2026-03-01' })
  for (const preset of PRESETS) expect(daysBetween(presetDays(preset, TODAY))).toBeGreaterThan(0)
})

test('the comparison is as many days long and ends where the period starts', () => {
  const days = presetDays('28d', TODAY)
  expect(comparisonDays(days, 'before')).toEqual({ first: '2026-09-29', after: days.first })
  expect(comparisonDays(days, 'lastYear').first).toBe('2025-10-27')
})

test('a day begins at midnight of its zone, also when the clocks change', () => {
  expect(midnight('2026-03-29', ROME).toISOString()).toBe('2026-03-28T23:00:00.000Z')
  expect(midnight('2026-03-30', ROME).toISOString()).toBe('2026-03-29T22:00:00.000Z')
  expect(midnight('2026-03-30', 'Asia/Seoul').toISOString()).toBe('2026-03-29T15:00:00.000Z')
  for (const zone of [ROME, 'America/St_Johns', 'Australia/Lord_Howe', 'UTC', 'Pacific/Kiritimati']) {
    for (let day = '2026-01-01'; day < '2027-01-01'; day = addDays(day, 5)) expect(dayIn(midnight(day, zone).getTime(), zone)).toBe(day)
  }
})

test('days are days', () => {
  expect(['2026-02-28', '2026-2-1', '', 'x', '2026-13-01'].map(isDay)).toEqual([true, false, false, false, false])
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
})

test('steps grow with the period', () => {
  expect((['today', '28d', '90d', 'year'] as const).map((preset) => chooseInterval(presetDays(preset, TODAY)))).toEqual(['hour', 'day', 'week', 'month'])
})

test('steps cover the period without gaps, weeks from Monday', () => {
  const days = presetDays('28d', TODAY)
  expect(steps(days, 'day')).toHaveLength(28)
  const weeks = steps(days, 'week')
  expect(weeks.every((day) => new Date(`${day}T00:00Z`).getUTCDay() === 1)).toBe(true)
  expect(weeks[0]! <= days.first && weeks.at(-1)! < days.after).toBe(true)
  expect(steps({ first: '2025-12-15', after: '2026-03-01' }, 'month')).toEqual(['2025-12-01', '2026-01-01', '2026-02-01'])
  expect(steps(presetDays('today', TODAY), 'hour')).toHaveLength(24)
})

test('steps without data are zero for counts and unknown for times', () => {
  const days = steps({ first: '2026-11-01', after: '2026-11-04' }, 'day')
  const series = [{ at: midnight('2026-11-02', ROME).toISOString(), value: 5, count: 5 }]
  expect(dense(series, days, 'count', 'day', ROME)).toEqual([0, 5, 0])
  expect(dense(series, days, 'seconds', 'day', ROME)).toEqual([null, 5, null])
})

test('a change is good or bad by what the figure means', () => {
  expect(change('lower', 'seconds', 90, 100)).toEqual({ ratio: -0.1, isBetter: true })
  expect(change('higher', 'share', 0.9, 0.8)?.isBetter).toBe(true)
  expect(change('lower', 'share', 0.1, 0)?.isBetter).toBe(false)
  expect(change(null, 'count', 120, 100)).toEqual({ ratio: 0.2, isBetter: null })
  expect(change(null, 'count', 3, 0)).toBeNull()
  expect(change(null, 'count', null, 3)).toBeNull()
})
