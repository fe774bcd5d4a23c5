/** The socket to the server: resumes after the last event seen, tells the caches, comes back by itself. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { keys } from '../api/queries'
import type { Me, Page, Row } from '../api/types'
import { watchIdle } from './idle'
import { mergeRows } from './merge'
import { type Hello, resetSignals, type Signal, takeSignal } from './signals'

export { useEditors, usePresence, useViewers, useVisitor } from './signals'

/** `conversation` is null when the viewer may no longer see it. */
export type LiveItem = { seq: number; kind: string; conversation_id: string | null; conversation: Row | null }
type Frame =
  | ({ type: 'hello'; seq: number } & Hello)
  | { type: 'reset'; seq: number }
  | { type: 'events'; seq: number; items: LiveItem[] }
  | { type: 'offer' }
  | { type: 'pong' }
  | Signal

/** What this tab says: what it shows, whether somebody types (said again every 3 s), whether nobody is there. */
export type LiveSaying =
  | { type: 'view'; conversation_id: string | null }
  | { type: 'edit'; article_id: number | null; language?: string }
  | { type: 'typing'; conversation_id: string; typing: boolean; public: boolean }
  | { type: 'idle'; idle: boolean }

const PING_MS = 25_000
const SOON_MS = 40
const STORM_MS = 1_000
/** Close code of a socket whose session is over. */
const SIGNED_OUT = 4401

let line: WebSocket | null = null
/** What a new line must be told again: the conversation or article on screen, and whether anybody is there. */
let shown: string | null = null
let edited: LiveSaying | null = null
let idle = false

/** Says something to the server; said into the void while the line is down, where nobody would be told anyway. */
export function sendLive(saying: LiveSaying): void {
  if (line?.readyState === WebSocket.OPEN) line.send(JSON.stringify(saying))
}

/** Tells colleagues that this tab shows the conversation, as long as it is mounted and the tab can be seen. */
export function useViewing(conversationId: string): void {
  useEffect(() => {
    const say = (id: string | null) => {
      if (shown === id) return
      shown = id
      sendLive({ type: 'view', conversation_id: id })
    }
    const look = () => say(document.visibilityState === 'visible' ? conversationId : null)
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      say(null)
    }
  }, [conversationId])
}

/** Tells colleagues that this tab has the article open to write, as long as it is mounted and the tab can be seen. */
export function useEditing(articleId: number, language: string, mayWrite: boolean): void {
  useEffect(() => {
    if (!mayWrite) return
    const say = (isHere: boolean) => {
      edited = isHere ? { type: 'edit', article_id: articleId, language } : null
      sendLive(edited ?? { type: 'edit', article_id: null })
    }
    const look = () => say(document.visibilityState === 'visible')
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      say(false)
    }
  }, [articleId, language, mayWrite])
}

/**
 * Keeps the caches live while mounted. False while the line is down for more than a moment.
 * It resumes from the head of the journal that came with `me`, which was read before everything else on the page.
 */
export function useLive(client: QueryClient, me: Me): boolean {
  const [connected, setConnected] = useState(true)
  const { csrf_token: csrf, seq } = me
  useEffect(() => {
    idle = false
    const opened = openLine(client, csrf, seq, setConnected)
    const unwatch = watchIdle(window, (rests) => {
      idle = rests
      sendLive({ type: 'idle', idle })
    })
    return () => {
      unwatch()
      opened.close()
    }
    // A later `me` has a later seq; the line knows better how far it has come.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, csrf])
  return connected
}

function openLine(client: QueryClient, csrf: string, seq: number, tell: (connected: boolean) => void): { close: () => void } {
  const settler = createSettler(client)
  let resume = seq
  let attempts = 0
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const connect = () => {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live`)
    const ping = setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'), PING_MS)
    line = socket
    socket.addEventListener('open', () => {
      socket?.send(JSON.stringify({ resume, csrf }))
      if (shown) sendLive({ type: 'view', conversation_id: shown })
      if (edited) sendLive(edited)
      if (idle) sendLive({ type: 'idle', idle })
    })
    socket.addEventListener('message', (event) => {
      attempts = 0
      tell(true)
      const frame = JSON.parse(String(event.data)) as Frame
      switch (frame.type) {
        // What was missed follows the hello, so only events and resets move the number to resume from.
        case 'hello':
          resetSignals(frame)
          void client.invalidateQueries({ queryKey: keys.offers })
          return
        case 'offer':
          void client.invalidateQueries({ queryKey: keys.offers })
          return
        case 'presence':
        // Who comes has perhaps just made the article, who goes has perhaps just published it.
        case 'editors':
          takeSignal(frame)
          void client.invalidateQueries({ queryKey: keys.articles })
          return
        case 'viewers':
        case 'visitor':
          takeSignal(frame)
          return
        case 'events':
          applyItems(client, frame.items, settler)
          break
        case 'reset':
          void client.invalidateQueries()
          break
        default:
          return
      }
      resume = frame.seq
    })
    socket.addEventListener('close', (event) => {
      clearInterval(ping)
      if (closed) return
      resetSignals({})
      if (event.code === SIGNED_OUT) {
        void client.invalidateQueries({ queryKey: keys.me })
        return
      }
      attempts += 1
      if (attempts > 1) tell(false)
      timer = setTimeout(connect, Math.min(15_000, 300 * 2 ** attempts) * (0.7 + Math.random() * 0.6))
    })
  }
  const retryNow = () => {
    if (document.visibilityState !== 'visible' || socket?.readyState !== WebSocket.CLOSED) return
    clearTimeout(timer)
    connect()
  }
  connect()
  document.addEventListener('visibilitychange', retryNow)
  window.addEventListener('online', retryNow)
  return {
    close: () => {
      closed = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', retryNow)
      window.removeEventListener('online', retryNow)
      socket?.close()
    },
  }
}

type Settler = (conversationIds: Iterable<string>) => void

/** Patches rows on screen at once; membership, order, counters, threads and details follow from the server right after. */
export function applyItems(client: QueryClient, items: readonly LiveItem[], settle: Settler): void {
  const rows = items.flatMap((item) => (item.conversation ? [item.conversation] : []))
  if (rows.length > 0) {
    client.setQueriesData<InfiniteData<Page<Row>>>({ queryKey: keys.lists }, (old) => old && { ...old, pages: mergeRows(old.pages, rows) })
  }
  if (items.some((item) => item.kind.startsWith('Help'))) void client.invalidateQueries({ queryKey: keys.invitations })
  settle(items.flatMap((item) => item.conversation_id ?? []))
}

/** Collects conversation ids, then refetches what they touch: soon after a quiet time, at most once a second in a storm. */
function createSettler(client: QueryClient): Settler {
  const touched = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const refetch = () => {
    timer = undefined
    last = Date.now()
    void client.invalidateQueries({ queryKey: keys.lists })
    void client.invalidateQueries({ queryKey: keys.counters })
    for (const id of touched) {
      void client.invalidateQueries({ queryKey: keys.conversation(id) }) // and its visitor below it
      void client.invalidateQueries({ queryKey: keys.thread(id) })
      void client.invalidateQueries({ queryKey: keys.outbox(id) })
    }
    touched.clear()
  }
  return (ids) => {
    for (const id of ids) touched.add(id)
    timer ??= setTimeout(refetch, Math.max(SOON_MS, last + STORM_MS - Date.now()))
  }
}
