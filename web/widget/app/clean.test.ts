import { expect, it } from 'vitest'
import { cleanValues } from './clean'

it('keeps flat values, writes nested ones out, and leaves out what is none', () => {
  const given = { plan: 'pro', seats: 3, paid: true, cart: { total: 9 }, none: null, missing: undefined, call: () => 1, odd: NaN }
  expect(cleanValues(given)).toEqual({ plan: 'pro', seats: 3, paid: true, cart: '{"total":9}', odd: 'null' })
})

it('stays within what the server takes', () => {
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`${'k'.repeat(80)}${n}`, 'v'.repeat(900)]))
  const [[key, value]] = Object.entries(cleanValues({ ['k'.repeat(80)]: 'v'.repeat(900) })) as [[string, string]]
  expect([key.length, value.length]).toEqual([64, 500])
  expect(Object.keys(cleanValues(many)).length).toBeLessThanOrEqual(30)
  expect(cleanValues('text')).toEqual({})
  expect(cleanValues(null)).toEqual({})
})
