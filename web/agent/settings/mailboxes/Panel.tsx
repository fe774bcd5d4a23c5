import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { api, Problem } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { ErrorNote } from '../../ui/Notice'
import { notify } from '../../ui/toasts'
import { mailboxesQuery } from './queries'

type PanelProps = { title: string; text?: string; children: ReactNode }

/** A part of a mailbox's page: what it is for on the left, what can be set on the right. */
export function Panel({ title, text, children }: PanelProps) {
  return (
    <section aria-label={title} className="grid grid-cols-[200px_minmax(0,1fr)] gap-x-8 gap-y-4 border-t border-line py-6 max-[899px]:grid-cols-1">
      <header>
        <h2 className="font-strong">{title}</h2>
        {text && <p className="mt-1 max-w-[68ch] text-secondary text-ink-3">{text}</p>}
      </header>
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  )
}

type FormPanelProps = Omit<PanelProps, 'children'> & {
  mailbox: Mailbox
  /** What of the form is sent as a change of the mailbox; or `send`, which sends it elsewhere. */
  read?: (form: FormData) => Record<string, unknown>
  send?: (form: FormData) => Promise<unknown>
  /** The words of a button that does something at once, instead of “Save”, which waits for a change. */
  submit?: string
  /** What stands beside that button. */
  beside?: ReactNode
  children: (problem: Problem | null) => ReactNode
}

/** A part with a form of its own, which changes the mailbox and nothing beside it. Shown without buttons to who may only look. */
export function FormPanel({ mailbox, read, send, submit, beside, children, ...head }: FormPanelProps) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [changed, setChanged] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      const form = new FormData(event.currentTarget)
      await (send ? send(form) : api.patch(`/api/mailboxes/${mailbox.id}`, read?.(form)))
      await client.invalidateQueries({ queryKey: mailboxesQuery.queryKey })
      notify({ text: t('state.saved') })
      setChanged(false)
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  if (!mailbox.can.includes('change')) {
    return (
      <Panel {...head}>
        <fieldset disabled className="flex flex-col gap-4">
          {children(null)}
        </fieldset>
      </Panel>
    )
  }
  return (
    <Panel {...head}>
      <form onSubmit={save} onChange={() => setChanged(true)} className="flex flex-col gap-4">
        {children(problem instanceof Problem ? problem : null)}
        {problem !== null && <ErrorNote {...say(problem)} />}
        <div className="flex flex-wrap items-start justify-end gap-3">
          {beside && <div className="min-w-0 grow">{beside}</div>}
          <Button type="submit" variant={changed ? 'primary' : 'quiet'} disabled={!submit && !changed} busy={busy}>
            {submit ?? t('action.save')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
