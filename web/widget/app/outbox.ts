/**
 * Messages on their way. Each is kept in storage before it is sent and until the server has it; each keeps its id, so that
 * sending it again changes nothing there. Within a thread one goes after the other; threads do not wait for each other.
 */
import { parsed, Refusal } from './api'
import type { Attachment } from './protocol'

export type Pending = {
  id: string
  thread: string
  text: string
  attachments: Attachment[]
  at: string
  /** What a bot had said before, in a new thread. */
  opening?: string
  /** Place among all messages of this browser. */
  n: number
  state: 'waiting' | 'failed'
  /** Attempts so far; with one behind it the visitor is told. */
  tries: number
}

export type Outbox = {
  add(message: Pick<Pending, 'id' | 'thread' | 'text' | 'attachments' | 'at' | 'opening'>): void
  /** What an earlier page left behind: storage keys are `q:` and the id. */
  restore(stored: Record<string, string>): void
  retry(id: string): void
  discard(id: string): void
  /** Try now: the network, the server or the tab is back. */
  wake(): void
}

type Ways = {
  /** Resolves when the server has the message; rejects with a `Refusal`. */
  send: (message: Pending) => Promise<void>
  keep: (key: string, value: string | null) => void
  changed: (pending: Pending[]) => void
  random?: () => number
}

const FIRST_MS = 400
const LONGEST_MS = 30_000

/** Doubling from 0.4 s to 30 s, half of it by chance; never sooner than the server asks. */
export function backoff(failures: number, wait_s: number, random: () => number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10))
  return Math.max(most * (0.5 + random() / 2), wait_s * 1000)
}

export function createOutbox({ send, keep, changed, random = Math.random }: Ways): Outbox {
  let list: Pending[] = []
  const lanes = new Map<string, { hurry: () => void }>()

  const show = () => changed([...list])
  const store = (message: Pending) => keep(`q:${message.id}`, JSON.stringify(message))
  const next = (thread: string) => list.find((one) => one.thread === thread && one.state === 'waiting')

  function change(message: Pending, with_: Partial<Pending>): void {
    list = list.map((one) => (one.id === message.id ? { ...one, ...with_ } : one))
    show()
  }

  function remove(id: string): void {
    list = list.filter((one) => one.id !== id)
    keep(`q:${id}`, null)
    show()
  }

  async function drain(thread: string): Promise<void> {
    if (lanes.has(thread)) return
    const lane = { hurry: () => {} }
    lanes.set(thread, lane)
    let failures = 0
    for (let message = next(thread); message; message = next(thread)) {
      try {
        await send(message)
        failures = 0
        remove(message.id)
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(0, '', '')
        if (refusal.lasting) {
          change(message, { state: 'failed' })
          continue
        }
        failures += 1
        change(message, { tries: message.tries + 1 })
        await pause(backoff(failures, refusal.wait_s, random), refusal.wait_s > 0 ? null : lane)
      }
    }
    lanes.delete(thread)
  }

  /** Ends early when somebody hurries the lane; a pause the server asked for has none. */
  function pause(ms: number, lane: { hurry: () => void } | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      if (lane) {
        lane.hurry = () => {
          clearTimeout(timer)
          resolve()
        }
      }
    })
  }

  function start(): void {
    for (const thread of new Set(list.map((one) => one.thread))) void drain(thread)
  }

  return {
    add(message) {
      const n = Math.max(0, ...list.map((one) => one.n)) + 1
      const pending: Pending = { ...message, n, state: 'waiting', tries: 0 }
      store(pending)
      list = [...list, pending]
      show()
      start()
    },
    restore(stored) {
      const found = Object.entries(stored)
        .filter(([key]) => key.startsWith('q:'))
        .map(([, value]) => parsed(value) as Pending | null)
        .filter((one): one is Pending => one !== null && !list.some((known) => known.id === one.id))
      list = [...found.toSorted((a, b) => a.at.localeCompare(b.at) || a.n - b.n), ...list]
      if (list.length) show()
      start()
    },
    retry(id) {
      const message = list.find((one) => one.id === id)
      if (message?.state === 'failed') {
        // It goes to the end: what came after it has been sent.
        list = [...list.filter((one) => one.id !== id), { ...message, state: 'waiting' }]
        show()
      }
      this.wake()
    },
    discard: remove,
    wake() {
      for (const lane of lanes.values()) lane.hurry()
      start()
    },
  }
}
