// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { strings as english } from '../strings/en'
import { ago, backSentence, chooseLanguage, dayName, fill, LANGUAGES, loadWords, pick, span, wantsFormal, words } from './i18n'

const catalogues = import.meta.glob<{ strings: Record<string, unknown>; formal?: Record<string, unknown> }>('../strings/*.ts', { eager: true })
const places = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].toSorted()

describe.each(Object.entries(catalogues))('the catalogue %s', (path, { strings, formal }) => {
  it('says everything, with the same places', () => {
    expect(Object.keys(strings)).toEqual(Object.keys(english))
    expect(Object.entries(strings).map(([key, said]) => [key, places(said)])).toEqual(Object.entries(english).map(([key, said]) => [key, places(said)]))
  })

  it('has every plural form of its language', () => {
    const language = path.slice('../strings/'.length, -3)
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== 'many')
    const plural = Object.values(strings).filter((message) => typeof message === 'object') as object[]
    expect(plural.map((message) => Object.keys(message).toSorted())).toEqual(plural.map(() => forms.toSorted()))
  })

  it('says politely only what it also says plainly', () => {
    const keys = Object.keys(formal ?? {})
    expect(keys.map((key) => places(formal![key]))).toEqual(keys.map((key) => places(strings[key])))
  })
})

describe('the language', () => {
  it('is the first wish that has a catalogue', () => {
    expect(LANGUAGES.toSorted()).toEqual(['en', 'it', 'ko'])
    expect(chooseLanguage(['fr-FR', 'it-CH', 'en'])).toBe('it')
    expect(chooseLanguage(['ar', 'ja'])).toBe('en')
    expect(chooseLanguage(['pt-BR'], ['pt', 'pt-BR'])).toBe('pt-BR')
  })

  it('runs from right to left where it does', async () => {
    expect(words('ar', english).rtl).toBe(true)
    expect(words('he-IL', english).rtl).toBe(true)
    expect(words('art', english).rtl).toBe(false)
    expect((await loadWords('ko')).rtl).toBe(false)
  })

  it('has a polite Italian', async () => {
    expect(wantsFormal('it', ['it-formal'])).toBe(true)
    expect(wantsFormal('it', ['it', 'en-formal'])).toBe(false)
    expect((await loadWords('it', true)).t('start')).toBe('Ci scriva')
    expect((await loadWords('it')).t('start')).toBe('Scrivici')
  })

  it('takes the workspace’s own sentence in the nearest language', () => {
    const texts = { it: 'Ciao', en: 'Hello' }
    expect(pick(texts, 'it-IT', 'en')).toBe('Ciao')
    expect(pick(texts, 'ko', 'en-GB')).toBe('Hello')
    expect(pick({ ko: '안녕하세요' }, 'it', 'en')).toBe('안녕하세요')
    expect(pick({}, 'it', 'en')).toBe('')
  })
})

describe('times', () => {
  const now = new Date(2026, 10, 23, 14, 0).getTime()
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 0).toISOString()
  const en = words('en-GB', english)

  it('say when the team is back', () => {
    expect(backSentence(at(23, 16), now, en)).toBe('We are back today at 16:00.')
    expect(backSentence(at(24, 9), now, en)).toBe('We are back tomorrow at 09:00.')
    expect(backSentence(at(26, 9), now, en)).toBe('We are back on Thursday at 09:00.')
    expect(backSentence(at(30, 9), now, en)).toBe('We are back on Monday 30 November at 09:00.')
    expect(backSentence(null, now, en)).toBe('We are away right now and answer as soon as we are back.')
  })

  it('say how long an answer takes, and how long ago something was', () => {
    expect([span(20, 'en'), span(120, 'en'), span(7_200, 'en'), span(120, 'ko')]).toEqual(['1 minute', '2 minutes', '2 hours', '2분'])
    expect(ago(at(23, 13), now, 'en')).toBe('1 hr. ago')
    expect(ago(at(20, 13), now, 'en-GB')).toBe('20 Nov')
    expect(dayName(at(22, 23), now, 'it')).toBe('Ieri')
  })

  it('fill places and choose plural forms', () => {
    expect(fill({ one: '{n} message', other: '{n} messages' }, { n: 1 }, 'en')).toBe('1 message')
    expect(fill({ one: '{n} message', other: '{n} messages' }, { n: 1_200 }, 'en')).toBe('1,200 messages')
    expect(fill('{name} is writing', {}, 'en')).toBe('{name} is writing')
  })
})
