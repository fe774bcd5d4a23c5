import { useQuery } from '@tanstack/react-query'
import { Check, ChevronDown, Undo2 } from 'lucide-react'
import { useId } from 'react'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation } from '../api/types'
import { type Key, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { useChange } from '../settings/parts'
import { IconButton } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Menu, MenuItem } from '../ui/Menu'
import { type Guess, latestGuesses, readingsQuery, VALUES } from './queries'
import { useShare, useValueName } from './words'

/** What was read in the customer's messages, why, and a click that takes it back or says what it really is. */
export function Understood({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const heading = useId()
  const readings = useQuery(readingsQuery(conversation.id, conversation.seq)).data
  const [newest] = readings ?? []
  const shown = latestGuesses(readings ?? []).filter(({ guess }) => saysMore(guess, conversation))
  if (!newest || (shown.length === 0 && newest.signals.length === 0)) return null
  return (
    <section aria-labelledby={heading} className="border-b border-line px-4 py-3">
      <h2 id={heading} className="text-secondary text-ink-3">
        {t('understood.title')}
      </h2>
      {newest.signals.length > 0 && (
        <p className="mt-1.5 flex flex-wrap gap-1">
          {newest.signals.map((signal) => (
            <Chip key={signal} tone={signal === 'thanks' || signal === 'billing' ? 'plain' : 'note'}>
              {t(`signal.${signal}` as Key)}
            </Chip>
          ))}
        </p>
      )}
      <ul className="mt-1 flex flex-col">
        {shown.map((one) => (
          <Row key={one.guess.task} {...one} conversationId={conversation.id} />
        ))}
      </ul>
    </section>
  )
}

/** Whether a guess tells what does not stand above it, or goes without saying, already. */
function saysMore(guess: Guess, conversation: Conversation): boolean {
  if (guess.state !== 'seen') return true
  switch (guess.task) {
    case 'topic':
      return guess.value !== conversation.topic_id
    case 'severity':
    case 'difficulty':
      return guess.value !== conversation[guess.task]
    case 'needs_answer':
      return guess.value === 0
    default:
      return true
  }
}

function Row({ guess, messageId, can, conversationId }: { guess: Guess; messageId: string; can: boolean; conversationId: string }) {
  const t = useT()
  const share = useShare()
  const { topics } = useDirectory()
  const change = useChange([['readings', conversationId], keys.conversation(conversationId), keys.thread(conversationId)])
  const value = useValueName()
  const taken = guess.state === 'undone' || guess.state === 'corrected'
  const now = guess.state === 'corrected' ? (guess.corrected_to ?? null) : guess.value
  const send = (body: object, done: string) => void change(() => api.post(`/api/messages/${messageId}/understanding`, { task: guess.task, ...body }), done)
  const choices = guess.task === 'topic' ? topics.filter((one) => !one.archived).map((one) => one.id) : VALUES[guess.task]
  const name = t(`understood.${guess.task}`)
  return (
    <li className="flex items-start gap-1 border-b border-line py-1.5 last:border-0">
      <div className="min-w-0 grow text-secondary">
        <p className={`truncate ${taken ? 'text-ink-3' : ''}`}>
          <span className="text-ink-3">{name}: </span>
          <span className={guess.state === 'undone' ? 'line-through' : 'font-medium'}>{value(guess.task, now, guess.label)}</span>
        </p>
        <p className="text-ink-3">
          {guess.state === 'undone' && t('understood.undone')}
          {guess.state === 'corrected' && t('understood.corrected')}
          {!taken &&
            [
              guess.because?.length ? t('understood.because', { words: guess.because.join(', ') }) : t('understood.byRule'),
              t('understood.sure', { share: share(guess.confidence) }),
              guess.state === 'seen' && (guess.task === 'topic' || guess.task === 'severity' || guess.task === 'difficulty') ? t('understood.notSet') : null,
            ]
              .filter(Boolean)
              .join(' · ')}
        </p>
      </div>
      {can && (
        <span className="flex shrink-0">
          {guess.state === 'set' && (
            <IconButton label={t('understood.undo', { what: name })} onClick={() => send({ undo: true }, t('understood.undoneToast'))}>
              <Undo2 size={14} aria-hidden />
            </IconButton>
          )}
          {guess.state === 'seen' && (
            <IconButton label={t('understood.confirm', { what: name })} onClick={() => send({ value: guess.value }, t('understood.learned'))}>
              <Check size={14} aria-hidden />
            </IconButton>
          )}
          <Menu
            align="end"
            trigger={
              <IconButton label={t('understood.correct', { what: name })}>
                <ChevronDown size={14} aria-hidden />
              </IconButton>
            }
          >
            {choices.map((choice) => (
              <MenuItem key={choice} label={value(guess.task, choice, '')} checked={choice === now} onSelect={() => send({ value: choice }, t('understood.learned'))} />
            ))}
            {guess.task === 'topic' && <MenuItem label={t('understood.none')} checked={now === null} onSelect={() => send({ value: null }, t('understood.learned'))} />}
          </Menu>
        </span>
      )}
    </li>
  )
}
