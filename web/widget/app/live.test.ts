import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLive } from './live'
import type { ServerFrame } from './protocol'

/** The browser's socket with the network in the test's hands. */
class Line extends EventTarget {
  static all: Line[] = []
  readyState = 0
  sent: unknown[] = []

  constructor(readonly url: string) {
    super()
    Line.all.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  close(): void {
    this.readyState = 3
  }

  open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  say(frame: ServerFrame): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }))
  }

  cut(code = 1006): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code }))
  }
}

const last = () => Line.all.at(-1)!

function rig() {
  const heard: ServerFrame[] = []
  const changes: boolean[] = []
  const unknown = vi.fn<() => void>()
  let seq = 0
  const live = createLive({
    url: 'ws://hark/live',
    opening: () => ({ token: 'T', threads: { t: seq }, visit: 'v', page: null }),
    heard: (frame) => {
      heard.push(frame)
      if (frame.type === 'read') seq = frame.seq
    },
    changed: (connected) => changes.push(connected),
    unknown,
    random: () => 1,
  })
  return { live, heard, changes, unknown }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Line)
  Line.all = []
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the socket', () => {
  it('says first who it is and how far each thread is known, and is there once greeted', () => {
    const { live, changes } = rig()
    live.start()
    last().open()
    expect(last().sent).toEqual([{ token: 'T', threads: { t: 0 }, visit: 'v', page: null }])
    expect(live.send({ type: 'ping' })).toBe(false)
    last().say({ type: 'hello' })
    expect(changes).toEqual([true])
    expect(live.send({ type: 'read', thread: 't', seq: 3 })).toBe(true)
  })

  it('comes back after a break with what is known then', () => {
    const { live, changes } = rig()
    live.start()
    last().open()
    last().say({ type: 'hello' })
    last().say({ type: 'read', thread: 't', seq: 12 })
    last().cut()
    expect(changes).toEqual([true, false])
    vi.advanceTimersByTime(500)
    last().open()
    expect(last().sent[0]).toMatchObject({ threads: { t: 12 } })
  })

  it('tries ever more rarely, and often again after a success', () => {
    const { live } = rig()
    live.start()
    const pauses = [500, 1_000, 2_000, 4_000]
    for (const pause of pauses) {
      const before = Line.all.length
      last().cut()
      vi.advanceTimersByTime(pause - 1)
      expect(Line.all.length).toBe(before)
      vi.advanceTimersByTime(1)
      expect(Line.all.length).toBe(before + 1)
    }
    last().open()
    last().say({ type: 'hello' })
    last().cut()
    vi.advanceTimersByTime(500)
    expect(Line.all.length).toBe(6)
  })

  it('gives up a line that went dead without a word', () => {
    const { live, changes } = rig()
    live.start()
    last().open()
    last().say({ type: 'hello' })
    vi.advanceTimersByTime(25_000)
    expect(last().sent.at(-1)).toEqual({ type: 'ping' })
    last().say({ type: 'pong' })
    vi.advanceTimersByTime(25_000 + 8_000)
    expect(changes).toEqual([true, false])
  })

  it('gives up a line that is never greeted: a proxy that swallows everything', () => {
    const { live } = rig()
    live.start()
    last().open()
    vi.advanceTimersByTime(15_000 + 500)
    expect(Line.all.length).toBe(2)
  })

  it('hears nothing from a line it has given up', () => {
    const { live, heard } = rig()
    live.start()
    const old = last()
    old.open()
    old.say({ type: 'hello' })
    live.stop()
    old.say({ type: 'read', thread: 't', seq: 1 })
    expect(heard).toEqual([{ type: 'hello' }])
  })

  it('asks anew who the visitor is when the server does not know the token', () => {
    const { live, unknown } = rig()
    live.start()
    last().open()
    last().cut(4401)
    expect(unknown).toHaveBeenCalledOnce()
  })

  it('stays closed once stopped', () => {
    const { live } = rig()
    live.start()
    live.stop()
    vi.advanceTimersByTime(60_000)
    expect(Line.all.length).toBe(1)
  })
})
