import { expect, test } from 'vitest'
import type { ValueView } from '../../api/types'
import { candidateOf, numberText, shown } from './numbers'

const VALUE = {
  version: 1, rates: {}, default_monthly_minor: 10_000, plan_monthly_minor: { Pro: 25_000 }, months: 12, renewal_factor: 1.5, renewal_share: 0.1,
  renewal_days: 3, vip_factor: 1, tenure_years: 3, tenure_factor: 1, severity_weights: [0.25, 1, 2.5, 5] as [number, number, number, number],
  leave_once: 1 / 3, leave_slowly: 5 / 12, slow_half_s: 604_800, curve: null, clock_share: 0.25, handle_s: 600, reserved_every: 8, limit_patience: 3,
  limit_open_s: 32_400,
}
const VIEW = {
  currency: 'EUR', value: VALUE, defaults: VALUE, sources: {}, severity_mean: 1, plans: ['Pro'], can: ['write'],
  channels: [{ account_id: 3, name: 'Shop', channel: 'messenger', patience_s: 120, away_patience_s: 26_640, source: 'assumption' }],
  topics: [{ topic_id: 7, name: 'Refunds', handle_s: 900, learned_handle_s: null }],
} as ValueView

test('what is typed in its own unit becomes what is stored', () => {
  const typed = { default_monthly_minor: '99,50', leave_once: '40', handle_s: '15', limit_open_s: '4.5', slow_half_s: '3', 'severity:3': '8' }
  const { candidate, wrong } = candidateOf(typed, VIEW)
  expect(wrong.size).toBe(0)
  expect(candidate.value).toEqual({
    default_monthly_minor: 9950, leave_once: 0.4, handle_s: 900, limit_open_s: 16_200, slow_half_s: 259_200, severity_weights: [0.25, 1, 2.5, 8],
  })
})

test('channels, topics, plans and rates name only what was typed', () => {
  const { candidate } = candidateOf({ 'patience:3': '5', 'topic:7': '', 'plan:Pro': '', 'plan:Free': '5', 'rate:USD': '0.9' }, VIEW)
  expect(candidate.channels).toEqual([{ account_id: 3, patience_s: 300, away_patience_s: 26_640 }])
  expect(candidateOf({ 'away:3': '5.5' }, VIEW).candidate.channels).toEqual([{ account_id: 3, patience_s: 120, away_patience_s: 19_800 }])
  expect(candidate.topics).toEqual([{ topic_id: 7, handle_s: null }])
  expect(candidate.value).toEqual({ plan_monthly_minor: { Free: 500 }, rates: { USD: 0.9 } })
})

test('nothing typed changes nothing, and nonsense is told', () => {
  expect(candidateOf({}, VIEW)).toEqual({ candidate: { value: {}, channels: [], topics: [] }, wrong: new Set() })
  expect([...candidateOf({ months: 'x', 'severity:1': '-1' }, VIEW).wrong]).toEqual(['months', 'severity:1'])
})

test('numbers are shown without the dust of their units', () => {
  expect(numberText('leave_once', 1 / 3, 'EUR')).toBe('33.33')
  expect(numberText('default_monthly_minor', 10_000, 'KRW')).toBe('10000')
  expect(numberText('slow_half_s', 604_800, 'EUR')).toBe('7')
  expect(shown(7.4)).toBe('7.4')
})
