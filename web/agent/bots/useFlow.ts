import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api, Problem } from '../api/client'
import { botQuery, botsQuery } from './queries'
import type { Bot, Flow, FlowProblem } from './types'

const PAUSE_MS = 700
const STEPS = 100

export type Saving = 'saved' | 'saving' | 'changed' | 'failed'

/** The draft of a bot as it is edited: saved by itself, undone step by step, never over somebody else's work. */
export function useFlow(bot: Bot) {
  const client = useQueryClient()
  const [flow, setFlow] = useState<Flow>(bot.flow)
  const [problems, setProblems] = useState<FlowProblem[]>(bot.problems)
  const [saving, setSaving] = useState<Saving>('saved')
  const [failure, setFailure] = useState<unknown>(null)
  const [past, setPast] = useState<Flow[]>([])
  const [future, setFuture] = useState<Flow[]>([])
  const revision = useRef(bot.revision)
  const saved = useRef(bot.flow)
  const latest = useRef(bot.flow)

  const change = useCallback((next: Flow | ((flow: Flow) => Flow)) => {
    setFlow((now) => {
      const made = typeof next === 'function' ? next(now) : next
      if (made === now) return now
      setPast((steps) => [...steps.slice(1 - STEPS), now])
      setFuture([])
      return made
    })
  }, [])
  const undo = () => {
    const back = past.at(-1)
    if (!back) return
    setPast(past.slice(0, -1))
    setFuture([flow, ...future])
    setFlow(back)
  }
  const redo = () => {
    const [next, ...rest] = future
    if (!next) return
    setPast([...past, flow])
    setFuture(rest)
    setFlow(next)
  }

  const save = useCallback(
    async (now: Flow): Promise<boolean> => {
      if (now === saved.current) return true
      setSaving('saving')
      try {
        const fresh = await api.patch<Bot>(`/api/bots/${bot.id}`, { flow: now, revision: revision.current })
        revision.current = fresh.revision
        saved.current = now
        setProblems(fresh.problems)
        client.setQueryData<Bot>(botQuery(bot.id).queryKey, { ...fresh, flow: now })
        void client.invalidateQueries({ queryKey: botsQuery.queryKey, exact: true })
        setSaving('saved')
        setFailure(null)
        return true
      } catch (error) {
        setSaving(error instanceof Problem && error.code === 'changed' ? 'changed' : 'failed')
        setFailure(error)
        return false
      }
    },
    [bot.id, client],
  )
  useEffect(() => {
    latest.current = flow
    if (flow === saved.current || saving === 'changed') return
    setSaving((now) => (now === 'saved' ? 'saving' : now))
    const timer = setTimeout(() => void save(flow), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [flow, save, saving])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => latest.current !== saved.current && event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => {
      removeEventListener('beforeunload', warn)
      void save(latest.current)
    }
  }, [save])

  /** Another flow than the draft: of another version, or as somebody else has left it. */
  const load = (fresh: Bot) => {
    revision.current = fresh.revision
    saved.current = fresh.flow
    setFlow(fresh.flow)
    setProblems(fresh.problems)
    setPast([])
    setFuture([])
    setSaving('saved')
    setFailure(null)
  }
  return { flow, change, undo: past.length > 0 ? undo : null, redo: future.length > 0 ? redo : null, problems, saving, failure, save: () => save(flow), load }
}
