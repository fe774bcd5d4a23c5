import { describe, expect, test } from 'vitest'
import { dayName, duration, moment, shortDuration, waitDuration } from './time'

const NOW = new Date(2026, 10, 23, 12, 0).getTime()

describe('duration', () => {
  test.each([
    [0, '0 s', '0초'],
    [59.9, '59 s', '59초'],
    [720, '12 min', '12분'],
    [3 * 3600 + 12 * 60, '3 h 12 min', '3시간 12분'],
    [7200, '2 h', '2시간'],
    [2 * 86400 + 4 * 3600 + 59 * 60, '2 d 4 h', '2일 4시간'],
  ])('%d seconds', (seconds, en, ko) => {
    expect(duration(seconds, 'en')).toBe(en)
    expect(duration(seconds, 'ko')).toBe(ko)
  })

  test('a wait begins with less than a minute', () => {
    expect(waitDuration(59, 'en')).toBe('<1 min')
    expect(waitDuration(3720, 'ko')).toBe('1시간 2분')
  })

  test('one unit in narrow places, Italian days are giorni', () => {
    expect(shortDuration(3 * 3600 + 12 * 60, 'en')).toBe('3 h')
    expect(shortDuration(3 * 86400, 'it')).toBe('3 g')
  })
})

describe('moment', () => {
  test('is relative under a day, both ways', () => {
    expect(moment(NOW - 20_000, NOW, 'en')).toBe('just now')
    expect(moment(NOW - 3 * 3_600_000, NOW, 'en')).toBe('3 h ago')
    expect(moment(NOW + 90 * 60_000, NOW, 'it')).toBe('tra 1 h 30 min')
    expect(moment(NOW - 5 * 60_000, NOW, 'ko')).toBe('5분 전')
  })

  test('is a date after a day, with the year only when it is another one', () => {
    expect(moment(new Date(2026, 10, 21, 14, 3).getTime(), NOW, 'en')).toBe('21 Nov, 14:03')
    expect(moment(new Date(2025, 10, 21, 14, 3).getTime(), NOW, 'en')).toContain('2025')
  })
})

test('days are named by the calendar, not by 24 hours', () => {
  expect(dayName(new Date(2026, 10, 23, 0, 1).getTime(), NOW, 'en')).toBe('Today')
  expect(dayName(new Date(2026, 10, 22, 23, 59).getTime(), NOW, 'en')).toBe('Yesterday')
  expect(dayName(new Date(2026, 10, 22, 23, 59).getTime(), NOW, 'ko')).toBe('어제')
  expect(dayName(new Date(2026, 10, 19, 8).getTime(), NOW, 'it')).toContain('giovedì')
})
