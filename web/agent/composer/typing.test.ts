import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTypist } from './typing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('typing is said at once, again every three seconds, and ends with a rest', () => {
  const said: boolean[] = []
  const typist = createTypist((typing) => said.push(typing))
  typist.press()
  expect(said).toEqual([true])
  vi.advanceTimersByTime(2_000)
  typist.press()
  expect(said).toEqual([true])
  vi.advanceTimersByTime(2_000)
  expect(said).toEqual([true, true])
  vi.advanceTimersByTime(3_000)
  expect(said).toEqual([true, true, true, false])
  vi.advanceTimersByTime(60_000)
  expect(said).toHaveLength(4)
})

test('stopping says so once, and only to whom it was said', () => {
  const said: boolean[] = []
  const typist = createTypist((typing) => said.push(typing))
  typist.stop()
  expect(said).toEqual([])
  typist.press()
  typist.stop()
  typist.stop()
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual([true, false])
})
