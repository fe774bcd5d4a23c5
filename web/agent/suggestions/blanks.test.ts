import { expect, test } from 'vitest'
import { blanksOf, cannedOf, firstBlank, textOf } from './blanks'

const t = ((key: string) => key.split('.').at(-1)!) as never

test('segments become text with named blanks', () => {
  const text = textOf(
    [
      { kind: 'text', text: 'Hi ', what: '' },
      { kind: 'filled', text: 'Luca', what: 'name' },
      { kind: 'text', text: ', your order ', what: '' },
      { kind: 'blank', text: '', what: 'number' },
      { kind: 'text', text: ' and ', what: '' },
      { kind: 'blank', text: '', what: '' },
    ],
    t,
  )
  expect(text).toBe('Hi Luca, your order [number…] and […]')
  expect(blanksOf(text)).toEqual(['[number…]', '[…]'])
  expect(firstBlank(text)).toEqual([20, 29])
})

test('brackets of people are no blanks', () => {
  expect(blanksOf('see [1] and [the manual] … [x\n…]')).toEqual([])
  expect(firstBlank('nothing')).toBeNull()
})

test('a canned reply names what it can fill in', () => {
  const blank = (what: string) => ({ kind: 'blank', text: '', what }) as const
  expect(cannedOf([{ kind: 'text', text: 'Hi ', what: '' }, blank('name'), blank('date')])).toBe('Hi {{contact.first_name}}[…]')
})
