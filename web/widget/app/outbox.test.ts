import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refusal } from './api'
import { backoff, createOutbox, type Pending } from './outbox'

const down = () => new Refusal(0, 'unreachable', '')

/** A server that knows ids, and a network that loses requests or answers as the test says. */
function rig(fate: (message: Pending, attempt: number) => 'ok' | 'lost' | 'answer lost' | Refusal = () => 'ok') {
  const received: string[] = []
  const known = new Set<string>()
  const storage = new Map<string, string>()
  const attempts = new Map<string, number>()
  let shown: Pending[] = []
  const outbox = createOutbox({
    send: async (message) => {
      const attempt = (attempts.get(message.id) ?? 0) + 1
      attempts.set(message.id, attempt)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const result = fate(message, attempt)
      if (result === 'lost') throw down()
      if (result instanceof Refusal) throw result
      if (!known.has(message.id)) received.push(message.id)
      known.add(message.id)
      if (result === 'answer lost') throw down()
    },
    keep: (key, value) => void (value === null ? storage.delete(key) : storage.set(key, value)),
    changed: (pending) => (shown = pending),
    random: () => 0.5,
  })
  const add = (id: string, thread = 't1') => outbox.add({ id, thread, text: id, attachments: [], at: '2026-11-23T10:00:00Z' })
  return { outbox, add, received, storage, attempts, shown: () => shown }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the outbox', () => {
  it('sends one after the other, keeps each until the server has it, and forgets it then', async () => {
    const { add, received, storage, shown } = rig()
    add('a')
    add('b')
    expect([...storage.keys()]).toEqual(['q:a', 'q:b'])
    expect(shown().map((one) => one.state)).toEqual(['waiting', 'waiting'])
    await vi.runAllTimersAsync()
    expect(received).toEqual(['a', 'b'])
    expect(storage.size).toBe(0)
    expect(shown()).toEqual([])
  })

  it('loses nothing, doubles nothing and keeps the order when requests and answers are lost', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `m${n}`)
    const { add, received, attempts } = rig((message, attempt) => {
      const n = Number(message.id.slice(1))
      if (attempt <= n % 3) return n % 2 ? 'lost' : 'answer lost'
      return 'ok'
    })
    ids.forEach((id) => add(id))
    await vi.runAllTimersAsync()
    expect(received).toEqual(ids)
    expect(attempts.get('m2')).toBe(3)
  })

  it('lets no thread wait for another', async () => {
    const { add, received } = rig((message) => (message.thread === 't1' ? 'lost' : 'ok'))
    add('a', 't1')
    add('b', 't2')
    await vi.advanceTimersByTimeAsync(50)
    expect(received).toEqual(['b'])
  })

  it('shows a lasting refusal, goes on with the next, and sends the refused one again at the end', async () => {
    let isRefused = true
    const { outbox, add, received, storage, shown } = rig((message) => (message.id === 'a' && isRefused ? new Refusal(413, 'too_large', 'Too large.') : 'ok'))
    add('a')
    add('b')
    await vi.runAllTimersAsync()
    expect(received).toEqual(['b'])
    expect(shown()).toMatchObject([{ id: 'a', state: 'failed' }])
    expect([...storage.keys()]).toEqual(['q:a'])
    isRefused = false
    add('c')
    outbox.retry('a')
    await vi.runAllTimersAsync()
    expect(received).toEqual(['b', 'c', 'a'])
  })

  it('waits as long as the server asks, whoever hurries', async () => {
    const { outbox, add, received } = rig((_, attempt) => (attempt === 1 ? new Refusal(429, 'too_many', '', 7) : 'ok'))
    add('a')
    await vi.advanceTimersByTimeAsync(6_900)
    outbox.wake()
    await vi.advanceTimersByTimeAsync(50)
    expect(received).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(received).toEqual(['a'])
  })

  it('tries at once when the network is back', async () => {
    let isUp = false
    const { outbox, add, received } = rig(() => (isUp ? 'ok' : 'lost'))
    add('a')
    await vi.advanceTimersByTimeAsync(60_000)
    isUp = true
    outbox.wake()
    await vi.advanceTimersByTimeAsync(10)
    expect(received).toEqual(['a'])
  })

  it('goes on with what an earlier page left, in its order and before anything new', async () => {
    const before = rig(() => 'lost')
    before.add('a')
    before.add('b')
    await vi.advanceTimersByTimeAsync(10)
    vi.clearAllTimers() // the page is gone
    const after = rig()
    after.outbox.restore({ ...Object.fromEntries(before.storage), visit: '{}', 'q:damaged': '{"id":' })
    after.add('c')
    await vi.runAllTimersAsync()
    expect(after.received).toEqual(['a', 'b', 'c'])
  })

  it('discards what the visitor no longer wants to send', async () => {
    const { outbox, add, storage, shown } = rig(() => new Refusal(400, 'empty', 'Empty.'))
    add('a')
    await vi.runAllTimersAsync()
    outbox.discard('a')
    expect(shown()).toEqual([])
    expect(storage.size).toBe(0)
  })
})

describe('the pause between attempts', () => {
  it('doubles up to half a minute, by half at random, and respects the server', () => {
    expect(backoff(1, 0, () => 0)).toBe(200)
    expect(backoff(1, 0, () => 1)).toBe(400)
    expect(backoff(4, 0, () => 1)).toBe(3_200)
    expect(backoff(50, 0, () => 1)).toBe(30_000)
    expect(backoff(1, 12, () => 0)).toBe(12_000)
  })
})
