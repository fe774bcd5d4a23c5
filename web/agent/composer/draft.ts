/** What is being written, kept on the server while it is written. */
import { useEffect, useRef, useState } from 'react'
import { api, Problem } from '../api/client'
import type { DraftBody } from '../api/types'

export type SaveState = 'none' | 'saving' | 'saved' | 'failed'

const REST_MS = 700

export async function loadDraft(conversationId: string): Promise<DraftBody | null> {
  try {
    const answer = await api.get<{ body: DraftBody | null } | null | undefined>(`/api/conversations/${conversationId}/draft`)
    return answer?.body && 'reply' in answer.body ? answer.body : null
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}

export function putDraft(conversationId: string, body: DraftBody): Promise<unknown> {
  return api.put(`/api/conversations/${conversationId}/draft`, { body })
}

export function dropDraft(conversationId: string): Promise<unknown> {
  return api.delete(`/api/conversations/${conversationId}/draft`)
}

/** Saves `body` when typing rests, when the page is left and when the composer goes; null deletes what was kept. */
export function useDraftSaving(conversationId: string, body: DraftBody | null, active: boolean): SaveState {
  const [state, setState] = useState<SaveState>('none')
  const kept = useRef<string | null>(null)
  const wanted = useRef<DraftBody | null>(null)
  const text = JSON.stringify(body)
  wanted.current = body

  useEffect(() => {
    if (!active) {
      kept.current = null
      setState('none')
      return
    }
    if (kept.current === null) kept.current = text
    if (kept.current === text) return
    setState('saving')
    const save = () => {
      const now = JSON.stringify(wanted.current)
      if (kept.current === now) return
      kept.current = now
      const done = wanted.current ? putDraft(conversationId, wanted.current) : dropDraft(conversationId)
      done.then(
        () => setState('saved'),
        (error: unknown) => {
          // A merge took the draft along; here is nothing left to keep.
          if (error instanceof Problem && error.code === 'conversation_merged') return setState('none')
          kept.current = ''
          setState('failed')
        },
      )
    }
    const timer = setTimeout(save, REST_MS)
    window.addEventListener('pagehide', save)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pagehide', save)
    }
  }, [conversationId, text, active])

  // Leaving the conversation within the rest keeps the last words too.
  useEffect(
    () => () => {
      const last = wanted.current
      if (last && kept.current !== null && kept.current !== JSON.stringify(last)) void putDraft(conversationId, last)
    },
    [conversationId],
  )
  return state
}
