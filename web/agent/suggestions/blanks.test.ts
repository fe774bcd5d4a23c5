import { expect, test } from 'vitest'
import { blanksOf, cannedOf, firstBlank, textOf, withoutLetter } from './blanks'

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

test('an article begins without a greeting and ends without a farewell', () => {
  expect(withoutLetter('Hi [name…],\n\nplease press reset.\n\nBest regards,')).toBe('please press reset.')
  expect(withoutLetter('안녕하세요, 고객님.\n환불은 3일 안에 처리됩니다.\n감사합니다.')).toBe('환불은 3일 안에 처리됩니다.')
  expect(withoutLetter('Gentile cliente,\nil rimborso arriva.\nCordiali saluti')).toBe('il rimborso arriva.')
  expect(withoutLetter('Hidden files are shown so.\nThank you for waiting until then, please.')).toBe('Hidden files are shown so.\nThank you for waiting until then, please.')
  expect(withoutLetter('Thanks')).toBe('Thanks')
})
