/** What every page of the settings is made of. */
import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Problem } from '../api/client'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { notify } from '../ui/toasts'

export function PageHead(props: { title: string; text: string; children?: ReactNode }) {
  return (
    <header className="mb-6 flex items-start gap-4 max-[719px]:flex-col">
      <div className="min-w-0 grow">
        <h1 className="text-title font-strong">{props.title}</h1>
        <p className="mt-1 max-w-[68ch] text-ink-2">{props.text}</p>
      </div>
      {props.children}
    </header>
  )
}

export function CardList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y divide-line rounded-card border border-line">
      {children}
    </ul>
  )
}

/** The states every list goes through: wait, failure, nothing, rows. */
export function Loaded<T>(props: {
  query: { data: readonly T[] | undefined; error: unknown; refetch: () => unknown }
  empty: ReactNode
  children: (items: readonly T[]) => ReactNode
}) {
  const say = useProblemText()
  const { data, error, refetch } = props.query
  if (error && !data) return <ErrorNote {...say(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={4} />
  return data.length === 0 ? props.empty : props.children(data)
}

/** Runs a change, refetches what it touched, says a failure in a toast. True when it went through. */
export function useChange(touches: readonly QueryKey[]): (run: () => Promise<unknown>, done?: string, undo?: () => void) => Promise<boolean> {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  return async (run, done, undo) => {
    try {
      await run()
      if (done) notify({ text: done, seconds: 8, action: undo ? { label: t('action.undo'), run: undo } : undefined })
      return true
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
      return false
    } finally {
      await Promise.all(touches.map((queryKey) => client.invalidateQueries({ queryKey })))
    }
  }
}

type FormProps = {
  onSave: (form: FormData) => Promise<unknown>
  onCancel?: () => void
  submit?: string
  /** Whether there is anything to send yet. */
  ready?: boolean
  touches?: readonly QueryKey[]
  children: (problem: Problem | null) => ReactNode
}

/** A form with its failures beside the fields they belong to. */
export function SettingsForm({ onSave, onCancel, submit, ready = true, touches = [], children }: FormProps) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const note = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The button may stand far below the words.
    if (problem !== null) note.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      await onSave(new FormData(event.currentTarget))
      await Promise.all(touches.map((queryKey) => client.invalidateQueries({ queryKey })))
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-4">
      {problem !== null && (
        <div ref={note} className="scroll-m-6">
          <ErrorNote {...say(problem)} />
        </div>
      )}
      {children(problem instanceof Problem ? problem : null)}
      <div className="flex justify-end gap-2 pt-2">
        {onCancel && (
          <Button variant="plain" onClick={onCancel}>
            {t('action.cancel')}
          </Button>
        )}
        <Button type="submit" variant="primary" disabled={!ready} busy={busy}>
          {submit ?? t('action.save')}
        </Button>
      </div>
    </form>
  )
}

export const text = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()
export const number = (form: FormData, name: string): number | null => (text(form, name) === '' ? null : Number(text(form, name)))
