import { useQueryClient } from '@tanstack/react-query'
import { Check, Download, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Contact } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Input } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { exportUrl } from './PersonMenu'

/** What will be gone, what stays, and the name typed as a sign that it is really this one. */
export function EraseDialog({ contact, open, onClose }: { contact: Contact; open: boolean; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const name = contact.name || contact.identities.find((one) => one.kind === 'email')?.value || contact.id
  const isRight = plain(typed) === plain(name)

  const close = () => {
    setTyped('')
    setProblem(null)
    onClose()
  }
  const erase = async () => {
    setBusy(true)
    try {
      client.setQueryData(keys.contact(contact.id), await api.post<Contact>(`/api/contacts/${contact.id}/erase`, { confirm: typed }))
      for (const queryKey of [keys.lists, ['conversation'], ['thread']]) void client.invalidateQueries({ queryKey })
      close()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={open} onClose={close} title={t('erase.title', { name })} focus={field}>
      <form action={erase} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-4">
          <p className="text-ink-2">{t('erase.intro')}</p>
          <div className="grid gap-4 min-[560px]:grid-cols-2">
            <List title={t('erase.gone')} lines={[t('erase.gone1'), t('erase.gone2'), t('erase.gone3')]} gone />
            <List title={t('erase.kept')} lines={[t('erase.kept1'), t('erase.kept2')]} />
          </div>
          <p className="text-secondary text-ink-2">{t('erase.open')}</p>
          <Field label={t('erase.type', { name })}>
            {(control) => <Input {...control} ref={field} name="confirm" value={typed} onChange={(event) => setTyped(event.target.value)} spellCheck={false} />}
          </Field>
          {problem !== null && <ErrorNote {...say(problem)} />}
        </div>
        <footer className="flex flex-wrap items-center gap-2 border-t border-line px-6 py-3">
          {contact.can.includes('export') && (
            <a href={exportUrl(contact)} download className="target mr-auto inline-flex items-center gap-1.5">
              <Download size={16} aria-hidden />
              {t('erase.exportFirst')}
            </a>
          )}
          <span className="ml-auto flex gap-2">
            <Button variant="plain" onClick={close}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" variant="danger" disabled={!isRight} busy={busy}>
              {t('erase.do')}
            </Button>
          </span>
        </footer>
      </form>
    </Dialog>
  )
}

function List({ title, lines, gone = false }: { title: string; lines: string[]; gone?: boolean }) {
  const Sign = gone ? X : Check
  return (
    <section>
      <h3 className="mb-1 font-medium">{title}</h3>
      <ul className="flex flex-col gap-1.5 text-secondary text-ink-2">
        {lines.map((line) => (
          <li key={line} className="flex items-start gap-2">
            <Sign size={14} className={`mt-0.5 shrink-0 ${gone ? 'text-wrong' : 'text-done'}`} aria-hidden />
            {line}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** As the server compares: capitals and spaces do not count. */
function plain(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase()
}
