import { expect, test } from 'vitest'
import { groupDays, parseHolidays, parseSpans, sayHolidays } from './week'

test('hours as people type them', () => {
  expect(parseSpans('9-12:30, 14-18')).toEqual([{ start: '09:00', end: '12:30' }, { start: '14:00', end: '18:00' }])
  expect(parseSpans('22:00 – 6:00')).toEqual([{ start: '22:00', end: '06:00' }])
  expect(parseSpans('0-24')).toEqual([{ start: '00:00', end: '24:00' }])
  expect(parseSpans('')).toEqual([])
  for (const wrong of ['9', '9-25', 'nine to five', '9:70-12', '9-9', '24-3']) expect(parseSpans(wrong)).toBeNull()
})

test('equal neighbouring days are one line', () => {
  const period = (weekday: number) => ({ weekday, start: '09:00', end: '18:00' })
  expect(groupDays([0, 1, 2, 3, 4].map(period)).map(({ first, last, spans }) => [first, last, spans.length])).toEqual([[0, 4, 1], [5, 6, 0]])
  expect(groupDays([0, 2].map(period))).toHaveLength(4)
})

test('holidays survive the text field', () => {
  const text = '2026-12-24 09:00-13:00 Christmas Eve\n2026-12-25 Christmas\n2027-01-01'
  expect(sayHolidays(parseHolidays(text)!)).toBe(text)
  expect(parseHolidays('Christmas')).toBeNull()
  expect(parseHolidays('2026-13-45')).toBeNull()
})
