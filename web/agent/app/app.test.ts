import { describe, expect, test } from 'vitest'
import { matchOptions, type Option } from '../commands/picker'
import { createSequence, pressName } from '../commands/keys'
import { href, parseRoute, type Route } from './router'

test('addresses parse back into their route', () => {
  const routes: Route[] = [
    { page: 'inbox', conversation: null },
    { page: 'inbox', conversation: '0198c0de-1' },
    { page: 'reports', section: 'breakdown', item: null },
    { page: 'articles', section: 'edit', item: '12' },
    { page: 'settings', section: 'hours', item: null },
    { page: 'settings', section: 'mailboxes', item: '3' },
    { page: 'setup' },
  ]
  for (const route of routes) expect(parseRoute(href(route))).toEqual(route)
  expect(parseRoute('/')).toEqual({ page: 'inbox', conversation: null })
  expect(parseRoute('/settings/nonsense')).toMatchObject({ section: 'mailboxes' })
})

describe('keys', () => {
  const press = (key: string, code: string, more: Partial<KeyboardEvent> = {}) =>
    pressName({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

  test('letters, signs and modifiers', () => {
    expect(press('j', 'KeyJ')).toBe('j')
    expect(press('R', 'KeyR', { shiftKey: true })).toBe('shift+r')
    expect(press('!', 'Digit1', { shiftKey: true })).toBe('!')
    expect(press('k', 'KeyK', { metaKey: true })).toBe('ctrl+k')
    expect(press('Enter', 'Enter', { ctrlKey: true, shiftKey: true })).toBe('ctrl+shift+enter')
  })

  test('a Korean layout presses the same places', () => {
    expect(press('ㅓ', 'KeyJ')).toBe('j')
    expect(press('ㅏ', 'KeyK', { ctrlKey: true })).toBe('ctrl+k')
  })

  test('sequences run out', () => {
    const follow = createSequence(new Set(['g']))
    expect([follow('g', 0), follow('i', 500)]).toEqual([null, 'g i'])
    expect([follow('g', 2000), follow('j', 9000)]).toEqual([null, 'j'])
  })
})

test('the palette finds by any word, without accents, best first', () => {
  const option = (label: string, words?: string): Option => ({ id: label, label, words, run: () => {} })
  const options = [option('Reply all'), option('Assign', 'assegna'), option('Priorità alta'), option('All conversations')]
  expect(matchOptions(options, 'all').map((hit) => hit.label)).toEqual(['All conversations', 'Reply all'])
  expect(matchOptions(options, 'priorita').map((hit) => hit.label)).toEqual(['Priorità alta'])
  expect(matchOptions(options, 'asseg')).toHaveLength(1)
  expect(matchOptions(options, '')).toHaveLength(4)
})
