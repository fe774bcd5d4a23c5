import { describe, expect, it } from 'vitest'
import { countdown, isAccepted, readReturn } from './oauth'

describe('what comes back from a provider', () => {
  it('is a code or an error, always with its state', () => {
    expect(readReturn('?state=s&code=c&scope=x')).toEqual({ state: 's', code: 'c' })
    expect(readReturn('?state=s&error=access_denied&error_description=No')).toEqual({ state: 's', error: 'access_denied', error_description: 'No' })
    expect(readReturn('?state=s&code=c&error=access_denied')).toMatchObject({ error: 'access_denied' })
    expect(readReturn('?state=s')).toMatchObject({ error: 'access_denied' })
    expect(readReturn('?code=c')).toBeNull()
    expect(readReturn('')).toBeNull()
  })

  it('is cut to what the server takes', () => {
    expect(readReturn(`?state=s&error=${'e'.repeat(300)}&error_description=${'d'.repeat(3000)}`)).toEqual({
      state: 's',
      error: 'e'.repeat(200),
      error_description: 'd'.repeat(2000),
    })
  })
})

describe('the address to come back to', () => {
  it('is HTTPS or this machine', () => {
    expect(isAccepted('https://desk.example.com/x')).toBe(true)
    expect(isAccepted('http://localhost:8000/x')).toBe(true)
    expect(isAccepted('http://127.0.0.1:8000/x')).toBe(true)
    expect(isAccepted('http://desk.example.com/x')).toBe(false)
    expect(isAccepted('http://localhost.evil.example/x')).toBe(false)
  })
})

describe('time left', () => {
  it('counts down to nothing', () => {
    expect([899.9, 65, 9, 0, -3].map(countdown)).toEqual(['14:59', '1:05', '0:09', '0:00', '0:00'])
  })
})
