import { expect, test } from 'vitest'
import { changes, fieldsOf } from './useText'

test('a save sends what differs and nothing else', () => {
  const before = fieldsOf(undefined)
  expect(changes(before, before)).toEqual({})
  expect(changes(before, { ...before, title: 'Pay', keywords: ['card'] })).toEqual({ title: 'Pay', keywords: ['card'] })
  expect(changes({ ...before, keywords: ['a'] }, { ...before, keywords: ['a'] })).toEqual({})
})
