import { expect, test } from 'vitest'
import { EMOJI, EMOJI_PER_ROW, insertAt, stepIn } from './emoji'

test('each emoji once, in full rows', () => {
  expect(new Set(EMOJI).size).toBe(EMOJI.length)
  expect(EMOJI.length % EMOJI_PER_ROW).toBe(0)
})

test('arrows move within the grid', () => {
  expect(stepIn(16, 0, 'ArrowRight')).toBe(1)
  expect(stepIn(16, 0, 'ArrowDown')).toBe(8)
  expect(stepIn(16, 0, 'ArrowUp')).toBe(0)
  expect(stepIn(16, 15, 'ArrowRight')).toBe(15)
  expect(stepIn(16, 3, 'Enter')).toBeNull()
})

test('an emoji goes where the caret is', () => {
  expect(insertAt('Hi there', 2, 2, '👋')).toEqual({ text: 'Hi👋 there', caret: 4 })
  expect(insertAt('Hi there', 3, 8, '👋')).toEqual({ text: 'Hi 👋', caret: 5 })
})
