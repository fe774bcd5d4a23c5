import { expect, test } from 'vitest'
import { asksNothing, FIELDS, fieldOf, finished, firstTest, ofTree, opsOf, pathOf, splitWords, treeOf, typed, type FieldName } from './fields'
import type { Condition } from './types'

const subject = { field: 'subject', op: 'contains', value: 'x' }

test('any condition is a tree of groups, and comes back as it means', () => {
  expect(treeOf(subject)).toEqual({ join: 'all', parts: [subject] })
  expect(treeOf({ not: { any: [subject] } })).toEqual({ join: 'none', parts: [subject] })
  expect(treeOf({ not: { all: [subject, subject] } })).toEqual({ join: 'none', parts: [{ all: [subject, subject] }] })
  for (const join of ['all', 'any', 'none'] as const) expect(treeOf(ofTree({ join, parts: [subject] }))).toEqual({ join, parts: [subject] })
})

test('paths are those of the server', () => {
  expect(pathOf(pathOf('$', 'all', 1), 'none', 0)).toBe('$.all[1].not.any[0]')
})

test('what nobody has finished asks nothing', () => {
  const open: Condition = { all: [{ ...subject, value: '' }, { any: [{ field: 'contact.', op: 'is', value: 'a' }, { field: 'message.text', op: 'has_any_word', value: [] }] }] }
  expect(finished(open)).toBeNull()
  expect(finished({ all: [subject, open] })).toEqual({ all: [subject] })
  expect([asksNothing({ all: [] }), asksNothing(subject)]).toEqual([true, false])
})

test('each field begins with a comparison it has', () => {
  for (const name of Object.keys(FIELDS) as FieldName[]) {
    const first = firstTest(name)
    expect(opsOf(name)).toContain(first.op)
    expect(fieldOf(FIELDS[name].kind === 'attribute' ? { ...first, field: `${first.field}size` } : first)).toBe(name)
  }
  expect(fieldOf({ field: 'moon', op: 'is', value: 1 })).toBeNull()
})

test('numbers of attributes are numbers as soon as they are written out', () => {
  expect([typed('12.5', 'at_least'), typed('12.', 'at_most'), typed('2026-03', 'at_least'), typed('12', 'is'), typed(' ', 'at_least')]).toEqual([12.5, 12, '2026-03', '12', ' '])
  expect(splitWords(' refund, money back,, ')).toEqual(['refund', 'money back'])
})
