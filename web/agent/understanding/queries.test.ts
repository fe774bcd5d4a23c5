import { expect, test } from 'vitest'
import { type Guess, latestGuesses, type Reading } from './queries'

const guess = (more: Partial<Guess>): Guess => ({ task: 'topic', value: 1, label: 'Refunds', confidence: 0.9, known: true, state: 'seen', corrected_to: null, because: [], ...more })
const reading = (id: string, guesses: Guess[]): Reading => ({ message_id: id, at: '2026-03-02T09:00:00Z', language: 'en', signals: [], guesses, model_id: null, can: ['correct'] })

test('what was done is shown before what was only seen later', () => {
  const shown = latestGuesses([reading('new', [guess({ value: 2 })]), reading('old', [guess({ state: 'set' })])])
  expect(shown.map(({ guess: { value }, messageId }) => [value, messageId])).toEqual([[1, 'old']])
})

test('what is not known is not shown, and the rest stands in one order', () => {
  const shown = latestGuesses([reading('a', [guess({ task: 'sentiment', value: -1 }), guess({ task: 'severity', known: false }), guess({})])])
  expect(shown.map(({ guess: { task } }) => task)).toEqual(['topic', 'sentiment'])
})
