import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { watchIdle } from './idle'
import { type Signal, startSignals, withSignal } from './signals'

describe('withSignal', () => {
  const hello = { presence: [{ agent_id: 1, state: 'online' as const }], viewers: [{ conversation_id: 'a', agents: [{ id: 1, typing: false }] }] }

  test('a new line begins with its hello alone', () => {
    const state = startSignals(hello)
    expect([...state.people]).toEqual([[1, 'online']])
    expect(state.viewers.get('a')).toEqual([{ id: 1, typing: false }])
    expect(state.visitors.size).toBe(0)
  })

  test('viewers replace what was known, and nobody is no entry', () => {
    const typing = withSignal(startSignals(hello), { type: 'viewers', conversation_id: 'a', agents: [{ id: 2, typing: true }] })
    expect(typing.viewers.get('a')).toEqual([{ id: 2, typing: true }])
    expect(withSignal(typing, { type: 'viewers', conversation_id: 'a', agents: [] }).viewers.has('a')).toBe(false)
  })

  test('who writes an article replaces who wrote it, and nobody is no entry', () => {
    const state = startSignals({ editors: [{ article_id: 7, agents: [{ id: 1, language: 'en' }] }] })
    const joined = withSignal(state, { type: 'editors', article_id: 7, agents: [{ id: 2, language: 'ko' }] })
    expect(joined.editors.get(7)).toEqual([{ id: 2, language: 'ko' }])
    expect(withSignal(joined, { type: 'editors', article_id: 7, agents: [] }).editors.size).toBe(0)
  })

  test('what a visitor signal leaves out stays as it was', () => {
    const signals: Signal[] = [
      { type: 'visitor', conversation_id: 'a', live: true, page: { url: 'https://a.example/', title: 'A' } },
      { type: 'visitor', conversation_id: 'a', typing: true },
      { type: 'visitor', conversation_id: 'a', read_seq: 7, page: undefined },
      { type: 'visitor', conversation_id: 'b', live: false },
    ]
    const state = signals.reduce(withSignal, startSignals({}))
    expect(state.visitors.get('a')).toEqual({ live: true, typing: true, read_seq: 7, page: { url: 'https://a.example/', title: 'A' } })
    expect(state.visitors.get('b')).toEqual({ live: false })
  })

  test('repetition changes nothing', () => {
    const once = withSignal(startSignals(hello), { type: 'presence', agent_id: 2, state: 'busy' })
    expect(withSignal(once, { type: 'presence', agent_id: 2, state: 'busy' })).toEqual(once)
  })
})

describe('watchIdle', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('five minutes without input are idle; the next input ends it at once', () => {
    const source = new EventTarget()
    const told: boolean[] = []
    const stop = watchIdle(source, (idle) => told.push(idle))
    vi.advanceTimersByTime(299_000)
    source.dispatchEvent(new Event('keydown'))
    vi.advanceTimersByTime(299_000)
    expect(told).toEqual([])
    vi.advanceTimersByTime(1_000)
    expect(told).toEqual([true])
    source.dispatchEvent(new Event('pointermove'))
    expect(told).toEqual([true, false])
    stop()
    vi.advanceTimersByTime(900_000)
    expect(told).toEqual([true, false])
  })
})
