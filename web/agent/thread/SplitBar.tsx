import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation, ThreadItem } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { useCommands } from '../commands/registry'
import { Button } from '../ui/Button'
import { Input } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { takeConversation } from './actions'
import { splitSubject, staysBehind } from './entries'

type Props = { conversation: Conversation; items: readonly ThreadItem[]; chosen: ReadonlySet<string>; onClose: () => void }

/** Stands where the composer stood while messages are chosen: what will happen, what it will be called, yes or no. */
export function SplitBar({ conversation, items, chosen, onClose }: Props) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const fieldId = useId()
  const [typed, setTyped] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const suggested = useMemo(() => splitSubject(items, chosen, conversation.subject), [items, chosen, conversation.subject])
  const subject = typed ?? suggested
  const isAll = chosen.size > 0 && !staysBehind(items, chosen, conversation.id)
  const isReady = chosen.size > 0 && !isAll && !busy

  const split = async () => {
    if (!isReady) return
    setBusy(true)
    setProblem(null)
    try {
      const body = { message_ids: [...chosen], subject: subject.trim() || null }
      const fresh = await api.post<Conversation>(`/api/conversations/${conversation.id}/split`, body)
      takeConversation(client, fresh)
      for (const key of [keys.conversation(conversation.id), keys.thread(conversation.id)]) void client.invalidateQueries({ queryKey: key })
      onClose()
      navigate({ page: 'inbox', conversation: fresh.id })
      const back = () => navigate({ page: 'inbox', conversation: conversation.id })
      notify({ text: t('split.done', { number: `#${fresh.number}` }), seconds: 8, action: { label: t('split.back', { number: `#${conversation.number}` }), run: back } })
    } catch (error) {
      setProblem(error)
      setBusy(false)
    }
  }
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[data-modal], [role=menu]')) close.current()
    }
    window.addEventListener('keydown', leave)
    return () => window.removeEventListener('keydown', leave)
  }, [])
  useCommands({ 'compose.send': isReady && (() => void split()) })
  return (
    <section aria-label={t('command.split')} className="flex shrink-0 flex-col gap-2 border-t border-line bg-panel px-6 py-3 max-[719px]:px-3">
      <div className="flex items-baseline gap-3">
        <p className="font-medium" aria-live="polite">
          {chosen.size > 0 ? t('split.bar', { n: chosen.size }) : t('split.choose')}
        </p>
        {isAll && <p className="text-secondary text-wrong">{t('split.all')}</p>}
      </div>
      <p className="max-w-[96ch] text-secondary text-ink-2">{t('split.explained')}</p>
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={fieldId} className="text-secondary text-ink-2">
          {t('split.subject')}
        </label>
        <Input
          id={fieldId}
          value={subject}
          maxLength={500}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && void split()}
          className="min-w-40 grow basis-60"
        />
        <Button variant="plain" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button variant="primary" disabled={!isReady} busy={busy} onClick={() => void split()}>
          {t('split.confirm')}
        </Button>
      </div>
    </section>
  )
}
