import { expect, test } from 'vitest'
import { deviceText, factDetail, factName, foldFacts, safeUrl, shortUrl, zoneCity } from './visitor'

test('only web addresses can be clicked', () => {
  expect(safeUrl('https://shop.example/a?b=1')?.href).toBe('https://shop.example/a?b=1')
  for (const url of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/cart', '']) expect(safeUrl(url)).toBeNull()
})

test('addresses are said without what everybody knows', () => {
  expect(shortUrl('https://shop.example/cart?step=2')).toBe('shop.example/cart?step=2')
  expect(shortUrl('https://shop.example/')).toBe('shop.example')
  expect(shortUrl('app://main')).toBe('app://main')
})

test('a device is one line, nothing twice', () => {
  expect(deviceText({ screen: '1440 × 900', os: 'Linux', browser: 'Firefox', platform: 'Linux' })).toBe('Firefox, Linux, 1440 × 900')
  expect(deviceText({})).toBe('')
})

test('facts say what they are about', () => {
  const fact = (kind: string, data: Record<string, unknown>) => ({ at: '2026-11-23T04:00:00Z', kind, data })
  expect(factDetail(fact('page', { url: 'https://shop.example/cart', title: 'Your cart' }))).toEqual({ text: 'Your cart', url: 'https://shop.example/cart' })
  expect(factDetail(fact('page', { url: 'https://shop.example/cart' })).text).toBe('shop.example/cart')
  expect(factDetail(fact('event', { name: 'checkout', data: { total: 42 } }))).toEqual({ text: 'total: 42', url: null })
  expect(factName(fact('PAGE', {}))).toBe('page')
  expect(factName(fact('teleported', {}))).toBe('event')
})

test('the same thing in a row is one line', () => {
  const fact = (kind: string, data: Record<string, unknown> = {}) => ({ at: '2026-11-23T04:00:00Z', kind, data })
  const facts = [fact('sent'), fact('sent'), fact('page', { title: 'A' }), fact('page', { title: 'B' }), fact('event', { name: 'x' }), fact('event', { name: 'y' }), fact('sent')]
  expect(foldFacts(facts).map(({ fact: one, count }) => `${one.kind}${count}`)).toEqual(['sent2', 'page1', 'page1', 'event1', 'event1', 'sent1'])
  expect(foldFacts([])).toEqual([])
})

test('a zone is said by its city', () => {
  expect(zoneCity('America/Argentina/Buenos_Aires')).toBe('Buenos Aires')
  expect(zoneCity('UTC')).toBe('UTC')
})
