import { expect, test } from 'vitest'
import { asked, harkOrigin, hostPolicy, parseOrigins, prechat } from './setup'

test('sites are taken as people write them', () => {
  expect(parseOrigins('https://Shop.Example/\nwww.shop.example\n\n http://localhost:* ')).toEqual(['https://shop.example', 'https://www.shop.example', 'http://localhost:*'])
  expect(parseOrigins('https://shop.example/cart\nhttps://shop.example')).toEqual(['https://shop.example'])
  expect(parseOrigins('http://test.example:8080')).toEqual(['http://test.example:8080'])
  expect(parseOrigins('')).toEqual([])
  for (const wrong of ['javascript:alert(1)', 'file:///x', 'not a site', 'ftp://shop.example']) expect(parseOrigins(wrong)).toBeNull()
})

test('pre-chat fields go there and back', () => {
  for (const name of ['no', 'optional', 'required'] as const)
    for (const email of ['no', 'optional', 'required'] as const) {
      const fields = prechat(name, email)
      expect([asked(fields, 'name'), asked(fields, 'email')]).toEqual([name, email])
    }
})

test('the policy of a host site allows exactly our origin', () => {
  const origin = harkOrigin('<script async src="https://hark.example:8443/messenger.js" data-hark-inbox="k"></script>')
  expect(hostPolicy(origin)).toBe('script-src https://hark.example:8443; frame-src https://hark.example:8443')
})
