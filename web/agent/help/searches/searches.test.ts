import { expect, test } from 'vitest'
import { readGroups } from '../settings/Synonyms'
import { inSteps } from './Days'

const day = (n: number, found = 1, mean = 2) => ({ date: `day-${n}`, runs: 2, found, mean: found ? mean : null, median: 1, p90: 3 })

test('two months stay days, more become weeks whose means weigh by answers', () => {
  expect(inSteps(Array.from({ length: 62 }, (_, n) => day(n)))).toHaveLength(62)
  const weeks = inSteps([day(0, 3, 1), day(1, 1, 5), ...Array.from({ length: 61 }, (_, n) => day(n + 2, 0))])
  expect(weeks).toHaveLength(9)
  expect(weeks[0]).toEqual({ date: 'day-0', runs: 14, found: 4, mean: 2 })
  expect(weeks[1]!.mean).toBeNull()
})

test('synonyms are lines of words', () => {
  expect(readGroups('refund, money back , refund\n\nalone\n환불, 반품')).toEqual([['refund', 'money back'], ['환불', '반품']])
})
