import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { heat } from './heat'
import { chooseLanguage, fill } from './i18n'
import { money, parseMoney } from './money'

test('heat rises with the share of the promised time', () => {
  const hours = [1, 4, 7, 10, 13, 25]
  expect(hours.map((h) => heat(h * 3600, 12 * 3600))).toEqual([0, 1, 2, 3, 4, 5])
  expect(heat(10, 0)).toBe(5)
})

describe('i18n', () => {
  test('the first language we speak wins', () => {
    expect(chooseLanguage(['fr', 'ko-KR', 'en'])).toBe('ko')
    expect(chooseLanguage(['fr'])).toBe('en')
  })

  test('plurals and places', () => {
    const message = { one: '{n} conversation', other: '{n} conversations' }
    expect(fill(message, { n: 1 }, 'en')).toBe('1 conversation')
    expect(fill(message, { n: 1200 }, 'en')).toBe('1,200 conversations')
    expect(fill('{a} and {b}', { a: 'x' }, 'en')).toBe('x and {b}')
  })
})

describe('money', () => {
  test('cents only where they matter', () => {
    expect(money(420, 'EUR', 'en')).toBe('€4.20')
    expect(money(120_000, 'EUR', 'en')).toBe('€1,200')
    expect(money(123_456, 'EUR', 'en')).toBe('€1,235')
    expect(money(5000, 'KRW', 'ko')).toBe('₩5,000')
  })

  test.each([
    ['1200', 'EUR', 120_000],
    ['1,200', 'EUR', 120_000],
    ['1.200,50', 'EUR', 120_050],
    ['€ 12.5', 'EUR', 1_250],
    ['5,000', 'KRW', 5_000],
    ['nothing', 'EUR', null],
  ])('%s %s', (text, currency, minor) => {
    expect(parseMoney(text, currency)).toBe(minor)
  })
})

test('dark by hand and dark by system have the same values', () => {
  const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
  const block = (selector: string) => {
    const from = css.indexOf('{', css.indexOf(selector)) + 1
    return css.slice(from, css.indexOf('}', from)).trim().split('\n').map((line) => line.trim())
  }
  expect(block(":root[data-theme='dark']")).toEqual(block(":root:not([data-theme='light'])"))
})
