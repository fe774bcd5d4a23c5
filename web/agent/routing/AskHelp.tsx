import { useQuery, useQueryClient } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { useRef, useState } from 'react'
import { shortDuration } from '../../shared/time'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation } from '../api/types'
import { useLanguage, useT, type Translate } from '../app/i18n'
import { Person, StateWord } from '../app/Person'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, TextArea } from '../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { SearchField } from '../ui/SearchField'
import { notify } from '../ui/toasts'
import { candidatesQuery, type ContextCard, type Helper, helpQuery } from './queries'

const MOST_ASKED = 20

/** Who may know, whom to ask, and the question. */
export function AskHelp({ conversation, open, onClose }: { conversation: Conversation; open: boolean; onClose: () => void }) {
  const t = useT()
  const question = useRef<HTMLTextAreaElement>(null)
  return (
    <Dialog open={open} onClose={onClose} title={t('help.title')} focus={question} wide>
      {open && <Form conversation={conversation} onDone={onClose} question={question} />}
    </Dialog>
  )
}

type FormProps = { conversation: Conversation; onDone: () => void; question: React.RefObject<HTMLTextAreaElement | null> }

function Form({ conversation, onDone, question }: FormProps) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const found = useQuery(candidatesQuery(conversation.id))
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [q, setQ] = useState('')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const people = (found.data ?? []).filter((one) => one.participation !== 'joined' && one.name.toLocaleLowerCase().includes(q.trim().toLocaleLowerCase()))
  const knows = (found.data ?? []).some((one) => one.score > 0 && one.participation !== 'joined')
  const toggle = (id: number) => setChosen((old) => new Set(old.has(id) ? [...old].filter((other) => other !== id) : [...old, id].slice(-MOST_ASKED)))

  const ask = async (anyone: boolean) => {
    setBusy(true)
    setProblem(null)
    try {
      const body = { question: text.trim(), agent_ids: anyone ? [] : [...chosen], anyone }
      const card = await api.post<ContextCard>(`/api/conversations/${conversation.id}/help`, body)
      client.setQueryData(helpQuery(conversation.id).queryKey, card)
      void client.invalidateQueries({ queryKey: keys.conversation(conversation.id), exact: true })
      void client.invalidateQueries({ queryKey: keys.thread(conversation.id) })
      notify({ text: t('help.asked', { n: card.participants.filter((one) => one.state === 'invited').length }) })
      onDone()
    } catch (error) {
      setProblem(error)
      setBusy(false)
    }
  }
  const ready = text.trim() !== ''
  return (
    <form
      className="flex min-h-0 flex-col gap-4 px-6 pb-6"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && chosen.size > 0) void ask(false)
      }}
    >
      {problem !== null && <ErrorNote {...say(problem)} />}
      <Field label={t('help.question')} hint={t('help.questionHint')}>
        {(control) => (
          <TextArea {...control} ref={question} rows={2} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} placeholder={t('help.placeholder')} />
        )}
      </Field>
      <div className="flex min-h-0 flex-col gap-2">
        <div className="flex items-center justify-between gap-3">
          <h3 className="text-secondary font-medium text-ink-2">{t('help.whom')}</h3>
          {(found.data?.length ?? 0) > 6 && <SearchField value={q} onChange={setQ} label={t('help.find')} placeholder={t('help.find')} className="w-52" inputClass="h-7 rounded-control border border-line-strong bg-control pr-2" />}
        </div>
        {found.error && <ErrorNote {...say(found.error)} onRetry={() => void found.refetch()} />}
        {found.isPending && !found.error && <Skeleton rows={3} className="p-0!" />}
        {found.data?.length === 0 && <Empty icon={UsersRound} title={t('help.nobody')} text={t('help.nobodyText')} />}
        {people.length > 0 && (
          <ul aria-label={t('help.whom')} className="min-h-0 divide-y divide-line overflow-y-auto rounded-card border border-line">
            {people.map((one) => (
              <CandidateRow key={one.agent_id} one={one} checked={chosen.has(one.agent_id)} onToggle={() => toggle(one.agent_id)} onLeave={onDone} />
            ))}
          </ul>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Button variant="plain" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <Button disabled={!ready || !knows} busy={busy} onClick={() => void ask(true)} title={knows ? t('help.anyoneHint') : t('help.nobodyKnows')}>
          {t('help.anyone')}
        </Button>
        <Button type="submit" variant="primary" disabled={!ready || chosen.size === 0} busy={busy}>
          {chosen.size > 0 ? t('help.ask', { n: chosen.size }) : t('help.askNobody')}
        </Button>
      </div>
    </form>
  )
}

function CandidateRow({ one, checked, onToggle, onLeave }: { one: Helper; checked: boolean; onToggle: () => void; onLeave: () => void }) {
  const t = useT()
  const reason = useReason(one)
  return (
    <li className="flex items-start gap-3 px-3 py-2">
      <label className="flex min-w-0 grow items-start gap-3">
        <input type="checkbox" checked={checked} onChange={onToggle} aria-label={one.name} className="mt-2 size-4 shrink-0 accent-accent" />
        <Person id={one.agent_id} size={32} />
        <span className="min-w-0 grow">
          <span className="flex items-center gap-2">
            <span className="truncate font-medium">{one.name}</span>
            <StateWord id={one.agent_id} />
            {one.participation && <span className="text-secondary text-ink-3">{t(`help.is.${one.participation}`)}</span>}
          </span>
          <span className="block text-secondary text-ink-2">{reason}</span>
        </span>
      </label>
      {one.examples.length > 0 && (
        <span className="flex shrink-0 flex-wrap justify-end gap-1 pt-1 text-secondary">
          {one.examples.map((past) => (
            <a
              key={past.id}
              href={`/inbox/${past.id}`}
              title={past.subject || undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                onLeave()
                navigate({ page: 'inbox', conversation: past.id })
              }}
              className="tabular"
            >
              #{past.number}
            </a>
          ))}
        </span>
      )}
    </li>
  )
}

/** "Solved 4 like this (2 on the same topic), last 3 d ago". */
function useReason(one: Helper): string {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  if (one.cases === 0 || !one.last_at) return t('help.noCases')
  const parts = [
    one.same_topic > 0 ? t('help.sameTopic', { n: one.same_topic }) : null,
    one.same_tags > 0 ? t('help.sameTags', { n: one.same_tags }) : null,
    one.similar_words > 0 ? t('help.similarWords', { n: one.similar_words }) : null,
  ].filter((part) => part !== null)
  const ago = shortDuration((now - Date.parse(one.last_at)) / 1000, language)
  return joined(t, t('help.cases', { n: one.cases }), parts.join(', '), t('help.last', { ago }))
}

function joined(t: Translate, cases: string, parts: string, last: string): string {
  return parts ? t('help.reason', { cases, parts, last }) : `${cases}, ${last}`
}
