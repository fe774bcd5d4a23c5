/** The socket to the server: opened again after every break with what is known here, so that it brings exactly the rest. */
import type { ClientFrame, Opening, ServerFrame } from './protocol'

export type Live = {
  start(): void
  /** False when there is no connection: the caller decides what to do without one. */
  send(frame: ClientFrame): boolean
  /** After sleep, a network change or a click on "try now": is the connection still one? */
  check(): void
  /** Closes; `start` opens again. */
  stop(): void
}

type Ways = {
  url: string
  opening: () => Opening
  heard: (frame: ServerFrame) => void
  changed: (connected: boolean) => void
  /** The server does not know the token any more. */
  unknown: () => void
  random?: () => number
}

const FIRST_MS = 500
const LONGEST_MS = 30_000
const PING_MS = 25_000
/** A server that does not answer a ping within this is gone. */
const PATIENCE_MS = 8_000
/** A connection that takes longer to greet is given up. */
const GREETING_MS = 15_000
const UNKNOWN_VISITOR = 4401

export function createLive({ url, opening, heard, changed, unknown, random = Math.random }: Ways): Live {
  let socket: WebSocket | null = null
  let isGreeted = false
  let isWanted = false
  let failures = 0
  let again: ReturnType<typeof setTimeout> | undefined
  let ping: ReturnType<typeof setTimeout> | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    clearTimeout(again)
    if (socket || !isWanted) return
    const mine = new WebSocket(url)
    socket = mine
    expect(GREETING_MS)
    mine.addEventListener('open', () => mine.send(JSON.stringify(opening())))
    mine.addEventListener('message', (event: MessageEvent<string>) => {
      if (mine !== socket) return
      const frame = JSON.parse(event.data) as ServerFrame
      clearTimeout(deadline)
      if (frame.type === 'hello') {
        isGreeted = true
        failures = 0
        changed(true)
      }
      rest()
      heard(frame)
    })
    mine.addEventListener('close', (event) => {
      if (mine !== socket) return
      drop()
      if (event.code === UNKNOWN_VISITOR) unknown()
    })
  }

  function rest(): void {
    clearTimeout(ping)
    ping = setTimeout(probe, PING_MS)
  }

  function probe(): void {
    if (!isGreeted) return
    socket?.send('{"type":"ping"}')
    expect(PATIENCE_MS)
  }

  function expect(ms: number): void {
    clearTimeout(deadline)
    deadline = setTimeout(drop, ms)
  }

  /** Gives the socket up at once: a dead one would take minutes to say that it is closed. */
  function drop(): void {
    const old = socket
    socket = null
    clearTimeout(ping)
    clearTimeout(deadline)
    old?.close()
    if (isGreeted) changed(false)
    isGreeted = false
    if (!isWanted) return
    const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures++, 10))
    again = setTimeout(open, most * (0.5 + random() / 2))
  }

  return {
    start() {
      isWanted = true
      open()
    },
    send(frame) {
      if (!isGreeted || socket?.readyState !== 1) return false
      socket.send(JSON.stringify(frame))
      return true
    },
    check() {
      if (!isWanted) return
      if (socket) probe()
      else open()
    },
    stop() {
      isWanted = false
      clearTimeout(again)
      drop()
    },
  }
}
