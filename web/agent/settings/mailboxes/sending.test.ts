import { expect, test } from 'vitest'
import { fill, stored } from './sending'

test('variables are filled in as the server does it', () => {
  const show = (pattern: string) => fill(pattern, 'Ada Lovelace', 'Acme', 'help@acme.example')
  expect(show('{first_name} from {mailbox}')).toBe('Ada from Acme')
  expect(show('{agent} <{address}>')).toBe('Ada Lovelace <help@acme.example>')
  expect(show('{nobody} {agent')).toBe('{nobody} {agent')
})

test('what is sent back is what may be changed, and nothing else', () => {
  const usual = { provider: '', source: '', per_minute: null, per_day: null }
  const settings = { aliases: ['a@b.example'], sender_name: '', signature_text: 'x', signature_html: '', per_minute: 5, per_day: null }
  expect(stored({ ...settings, address: 'help@acme.example', usual, variables: [], can: [] })).toEqual(settings)
})
