import { describe, expect, test } from 'vitest'
import { choices, parseWhen } from './when'

// A Monday, 10:20.
const NOW = new Date(2026, 10, 23, 10, 20)
const at = (month: number, day: number, hour: number, minute = 0, year = 2026) => new Date(year, month - 1, day, hour, minute)

describe('parseWhen', () => {
  test.each([
    ['in 3 hours', at(11, 23, 13, 20)],
    ['30 min', at(11, 23, 10, 50)],
    ['2d', at(11, 25, 10, 20)],
    ['tomorrow', at(11, 24, 9)],
    ['tomorrow 9', at(11, 24, 9)],
    ['tomorrow at 14:30', at(11, 24, 14, 30)],
    ['tonight', at(11, 23, 18)],
    ['17:30', at(11, 23, 17, 30)],
    ['8:00', at(11, 24, 8)],
    ['3pm', at(11, 23, 15)],
    ['friday', at(11, 27, 9)],
    ['next monday', at(11, 30, 9)],
    ['mon 14:30', at(11, 30, 14, 30)],
    ['next week', at(11, 30, 9)],
    ['21 dec', at(12, 21, 9)],
    ['dec 21', at(12, 21, 9)],
    ['21 dec 16:00', at(12, 21, 16)],
    ['3 feb', at(2, 3, 9, 0, 2027)],
    ['2026-12-01', at(12, 1, 9)],
    ['내일', at(11, 24, 9)],
    ['내일 오후 2시', at(11, 24, 14)],
    ['3시간 후', at(11, 23, 13, 20)],
    ['금요일 10시 30분', at(11, 27, 10, 30)],
    ['12월 21일', at(12, 21, 9)],
    ['domani alle 15:00', at(11, 24, 15)],
    ['tra 2 giorni', at(11, 25, 10, 20)],
    ['lunedì', at(11, 30, 9)],
    ['venerdì 18', at(11, 27, 18)],
  ])('%s', (text, expected) => {
    expect(parseWhen(text, NOW)).toEqual(expected)
  })

  test.each(['', 'soon', '31 feb', '25:00', 'today 9:00', '9 bananas'])('%j means no time to come', (text) => {
    expect(parseWhen(text, NOW)).toBeNull()
  })
})

test('choices come in order, never twice the same instant and never in the past', () => {
  for (let hour = 0; hour < 24; hour += 1) {
    const now = new Date(2026, 10, 22, hour, 5)
    const instants = choices(now).map((choice) => choice.at.getTime())
    expect(new Set(instants).size).toBe(instants.length)
    expect(Math.min(...instants)).toBeGreaterThan(now.getTime())
  }
})
