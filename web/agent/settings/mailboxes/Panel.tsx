import type { ReactNode } from 'react'
import { api, type Problem } from '../../api/client'
import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { notify } from '../../ui/toasts'
import { SettingsForm } from '../parts'
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
  /** What of the form is sent as a change of the mailbox. */
  read: (form: FormData) => Record<string, unknown>
  children: (problem: Problem | null) => ReactNode
}

/** A part with a form of its own, which changes the mailbox and nothing beside it. Shown without a button to who may only look. */
export function FormPanel({ mailbox, read, children, ...head }: FormPanelProps) {
  const t = useT()
  const save = async (form: FormData) => {
    await api.patch(`/api/mailboxes/${mailbox.id}`, read(form))
    notify({ text: t('state.saved') })
  }
  return (
    <Panel {...head}>
      {mailbox.can.includes('change') ? (
        <SettingsForm onSave={save} touches={[mailboxesQuery.queryKey]}>
          {children}
        </SettingsForm>
      ) : (
        <fieldset disabled className="flex flex-col gap-4">
          {children(null)}
        </fieldset>
      )}
    </Panel>
  )
}
