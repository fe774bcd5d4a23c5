import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api, Problem } from '../../api/client'
import { articleKey, HELP } from '../queries'
import type { Article, ArticleText, SaveText } from '../types'

export type Fields = { title: string; slug: string; summary: string; body: string; keywords: string[] }
export type Saving = 'saved' | 'dirty' | 'saving' | 'failed'

const REST_MS = 1200
const NAMES = ['title', 'slug', 'summary', 'body', 'keywords'] as const

export function fieldsOf(text: ArticleText | undefined): Fields {
  return { title: text?.title ?? '', slug: text?.slug ?? '', summary: text?.summary ?? '', body: text?.body ?? '', keywords: text?.keywords ?? [] }
}

/** What differs between two states of a text, as a save sends it. */
export function changes(before: Fields, after: Fields): Partial<Fields> {
  return Object.fromEntries(NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).map((name) => [name, after[name]]))
}

/**
 * The text of one language while somebody writes: saved by itself when typing rests, one save at a time, each from the
 * version the last one made. A save that meets a colleague's (409) stops until the writer has decided; nothing is dropped.
 */
export function useText(article: Article, language: string) {
  const client = useQueryClient()
  const known = article.texts[language]
  const [fields, setFields] = useState(() => fieldsOf(known))
  const [saving, setSaving] = useState<Saving>('saved')
  const [problem, setProblem] = useState<unknown>(null)
  const [conflict, setConflict] = useState<ArticleText | null>(null)
  /** Counts up when the text on screen is replaced from outside the editor. */
  const [generation, setGeneration] = useState(0)
  const now = useRef(fields)
  const sent = useRef(fields)
  const version = useRef(known?.version ?? 0)
  const madeFrom = useRef<number | undefined>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const running = useRef<Promise<boolean> | null>(null)
  const stopped = useRef(false)

  const show = useCallback((next: Fields) => {
    now.current = next
    setFields(next)
  }, [])

  const isDirty = () => Object.keys(changes(sent.current, now.current)).length > 0 || madeFrom.current !== undefined

  const send = useCallback(async (): Promise<boolean> => {
    const difference = changes(sent.current, now.current)
    const before = now.current
    const body: SaveText = { version: version.current, ...difference, ...(madeFrom.current === undefined ? {} : { made_from: madeFrom.current }) }
    setSaving('saving')
    try {
      const saved = await api.put<Article>(`/api/help/articles/${article.id}/texts/${language}`, body)
      const text = saved.texts[language]
      madeFrom.current = undefined
      version.current = text?.version ?? version.current
      sent.current = { ...before, slug: 'slug' in difference ? before.slug : (text?.slug ?? before.slug) }
      if (now.current.slug === before.slug) show({ ...now.current, slug: sent.current.slug })
      client.setQueryData(articleKey(article.id), saved)
      void client.invalidateQueries({ queryKey: [...HELP, 'articles'] })
      setProblem(null)
      return true
    } catch (error) {
      if (error instanceof Problem && error.code === 'changed_meanwhile') {
        const theirs = error.body.current as ArticleText | null
        // The language was taken away meanwhile: what is written here begins it anew.
        if (theirs === null && version.current > 0) {
          version.current = 0
          sent.current = fieldsOf(undefined)
          return true
        }
        stopped.current = true
        setConflict(theirs)
      } else setProblem(error)
      setSaving('failed')
      return false
    }
  }, [article.id, language, client, show])

  /** Sends what is not saved yet. False when it could not be. */
  const flush = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current)
    while (!stopped.current) {
      // Several may ask at once; each save begins from the version the one before has made.
      while (running.current) await running.current
      if (!isDirty()) break
      running.current = send()
      const done = await running.current
      running.current = null
      if (!done) return false
    }
    if (!stopped.current) setSaving('saved')
    return !stopped.current
  }, [send])

  const change = useCallback(
    (more: Partial<Fields>) => {
      show({ ...now.current, ...more })
      if (!isDirty()) return
      setSaving((old) => (old === 'failed' && stopped.current ? old : 'dirty'))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush(), REST_MS)
    },
    [flush, show],
  )

  /** Replaces the whole text on screen and saves it: a copy of the source language, a decided conflict. */
  const replace = useCallback(
    (next: Partial<Fields>, from?: number) => {
      madeFrom.current = from
      setGeneration((count) => count + 1)
      change(next)
      void flush()
    },
    [change, flush],
  )

  /** Takes what the server has for what is on screen. */
  const adopt = useCallback(
    (text: ArticleText | undefined) => {
      version.current = text?.version ?? 0
      sent.current = fieldsOf(text)
      stopped.current = false
      setConflict(null)
      setProblem(null)
      setSaving('saved')
      show(sent.current)
      setGeneration((count) => count + 1)
    },
    [show],
  )

  /** Ends a conflict with the text given, which follows the colleague's. */
  const settle = useCallback(
    (theirs: ArticleText, mine: Fields) => {
      adopt(theirs)
      replace(mine)
    },
    [adopt, replace],
  )

  // A colleague's save reaches a text nobody touches here at once.
  useEffect(() => {
    if (known && known.version > version.current && !running.current && !stopped.current && !isDirty()) adopt(known)
  }, [known, adopt])

  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (isDirty()) event.preventDefault()
    }
    window.addEventListener('beforeunload', leave)
    return () => {
      window.removeEventListener('beforeunload', leave)
      void flush()
    }
  }, [flush])

  return { fields, saving, problem, conflict, generation, version, change, replace, adopt, settle, flush }
}
