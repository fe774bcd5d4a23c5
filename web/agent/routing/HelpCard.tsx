import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowRightLeft, ChevronDown, ChevronUp, HandHelping, Paperclip, Reply, StickyNote, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { money } from '../../shared/money'
import { absolute, moment } from '../../shared/time'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Conversation } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useDirectory, useMe } from '../app/me'
import { Person } from '../app/Person'
import { useNow } from '../app/useNow'
import { Price, Waiting } from '../inbox/ListRow'
import { useChange } from '../settings/parts'
import { Button, IconButton } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { type ContextCard, type Fact, helpQuery, invitationsQuery, type Step } from './queries'

/** Over the thread once somebody was asked in: the question, and everything they need to go on without asking again. */
export function HelpCard({ conversation }: { conversation: Conversation }) {
  const me = useMe().agent.id
  const mine = conversation.participants.find((one) => one.agent_id === me)
  if (conversation.participants.length === 0) return null
  return <Card key={`${conversation.id} ${mine?.state ?? ''}`} conversation={conversation} openAtFirst={mine?.state === 'invited'} />
}

function Card({ conversation, openAtFirst }: { conversation: Conversation; openAtFirst: boolean }) {
  const t = useT()
  const { agent } = useDirectory()
  const card = useQuery(helpQuery(conversation.id)).data
  const [open, setOpen] = useState(openAtFirst)
  const Chevron = open ? ChevronUp : ChevronDown
  const asked = card?.asked[0]
  return (
    <section aria-label={t('help.card')} className="shrink-0 border-b border-line bg-note text-note-ink">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-6 py-2 max-[719px]:px-3">
        <HandHelping size={16} className="shrink-0" aria-hidden />
        <p className="min-w-0 grow basis-60">
          <span className="line-clamp-2">
            <span className="font-medium">{t('help.asks', { name: agent(asked?.asked_by)?.name ?? t('author.agent') })}</span> {asked?.question ?? '…'}
          </span>
        </p>
        <Participants conversation={conversation} card={card} />
        <Answers id={conversation.id} card={card} />
        <IconButton label={t(open ? 'help.hide' : 'help.show')} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={16} aria-hidden />
        </IconButton>
      </div>
      {open && card && <Context card={card} />}
    </section>
  )
}

function Participants({ conversation, card }: { conversation: Conversation; card: ContextCard | undefined }) {
  const t = useT()
  const me = useMe().agent.id
  const { agent } = useDirectory()
  const change = useChange([keys.conversation(conversation.id), keys.thread(conversation.id)])
  const end = (id: number) => void change(() => api.post(`/api/conversations/${conversation.id}/help/end`, { agent_id: id }))
  return (
    <ul aria-label={t('help.helpers')} className="flex flex-wrap items-center gap-2">
      {conversation.participants.map(({ agent_id: id, state }) => {
        const name = agent(id)?.name ?? '…'
        return (
          <li key={id} className="inline-flex items-center gap-1.5 text-secondary">
            <Person id={id} size={20} />
            <span className="max-w-32 truncate">{name}</span>
            <span className="opacity-80">{t(state === 'joined' ? 'help.is.joined' : 'help.is.invited')}</span>
            {id !== me && card?.can.includes('end') && (
              <IconButton label={t(state === 'joined' ? 'help.takeOut' : 'help.withdraw', { name })} className="size-6! min-h-6! text-note-ink!" onClick={() => end(id)}>
                <X size={12} aria-hidden />
              </IconButton>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** What the invited person says. */
function Answers({ id, card }: { id: string; card: ContextCard | undefined }) {
  const t = useT()
  const client = useQueryClient()
  const answer = useAnswer()
  if (!card) return null
  if (card.can.includes('accept')) {
    return (
      <span className="flex gap-2">
        <Button variant="primary" onClick={() => void answer(id, 'accept')}>
          {t('help.join')}
        </Button>
        <Button onClick={() => void answer(id, 'decline')}>{t('help.decline')}</Button>
      </span>
    )
  }
  if (!card.can.includes('leave')) return null
  return (
    <Button variant="plain" onClick={() => void answer(id, 'leave').then(() => client.invalidateQueries({ queryKey: keys.lists }))}>
      {t('help.leave')}
    </Button>
  )
}

/** Joins, declines or leaves; everything that shows it is read again. */
export function useAnswer(): (id: string, verb: 'accept' | 'decline' | 'leave') => Promise<boolean> {
  const t = useT()
  const client = useQueryClient()
  const change = useChange([invitationsQuery.queryKey])
  return async (id, verb) => {
    const done = await change(() => api.post(`/api/conversations/${id}/help/${verb}`, {}), t(`help.done.${verb}`))
    for (const queryKey of [keys.conversation(id), keys.thread(id), keys.lists]) void client.invalidateQueries({ queryKey })
    return done
  }
}

// what is known ------------------------------------------------------------------------------------------------------

function Context({ card }: { card: ContextCard }) {
  const t = useT()
  const language = useLanguage()
  const row = card.conversation
  const customer = [row.contact.erased ? t('erase.contact') : (row.contact.name ?? row.contact.address), row.company?.name].filter(Boolean).join(' · ')
  return (
    <div className="max-h-[44vh] overflow-y-auto border-t border-line bg-panel px-6 py-3 text-ink max-[719px]:px-3">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-medium">{customer || t('contact.unknown')}</span>
        {card.vip && <Chip tone="accent">VIP</Chip>}
        {card.monthly_minor !== null && (
          <span className="tabular text-secondary text-ink-2">{t('help.perMonth', { amount: money(card.monthly_minor, card.currency ?? row.currency, language) })}</span>
        )}
        {row.waiting_since && <Waiting row={row} />}
        <Price row={row} />
      </div>
      <div className="grid grid-cols-2 gap-x-8 gap-y-4 max-[1099px]:grid-cols-1">
        <Part title={t('help.wrote')}>
          <p className="text-ink">{card.wrote || '—'}</p>
          {card.last_wrote && <p className="mt-1 text-ink-2">… {card.last_wrote}</p>}
          <Files card={card} />
        </Part>
        <Part title={t('help.tried')}>
          {card.tried.length === 0 ? (
            <p className="text-ink-3">{t('help.nothingTried')}</p>
          ) : (
            <ol className="flex flex-col gap-1.5">
              {card.tried.map((step) => (
                <StepLine key={`${step.kind} ${step.seq}`} step={step} />
              ))}
            </ol>
          )}
        </Part>
        {card.facts.length > 0 && (
          <Part title={t('help.facts')} wide>
            <dl className="grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-x-8 gap-y-1">
              {card.facts.map((fact, n) => (
                <FactLine key={`${fact.source} ${fact.key} ${n}`} fact={fact} />
              ))}
            </dl>
          </Part>
        )}
      </div>
    </div>
  )
}

function Part({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 text-secondary ${wide ? 'col-span-full' : ''}`}>
      <h3 className="mb-1 font-medium text-ink-2">{title}</h3>
      {children}
    </div>
  )
}

function Files({ card }: { card: ContextCard }) {
  if (card.attachments.length === 0) return null
  return (
    <p className="mt-2 flex flex-wrap gap-x-3 gap-y-1">
      {card.attachments.map((file) => (
        <a key={file.id} href={`/api/attachments/${file.id}`} className="inline-flex max-w-60 items-center gap-1">
          <Paperclip size={12} className="shrink-0" aria-hidden />
          <span className="truncate">{file.name}</span>
        </a>
      ))}
    </p>
  )
}

const STEP_ICONS = { reply: Reply, note: StickyNote, handover: ArrowRightLeft }

function StepLine({ step }: { step: Step }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { agent, team } = useDirectory()
  const Icon = STEP_ICONS[step.kind]
  const target = agent(step.assignee_after)?.name ?? team(step.team_after)?.name ?? t('assign.nobodyYet')
  return (
    <li className="flex min-w-0 items-baseline gap-2">
      <Icon size={12} className="shrink-0 translate-y-0.5 text-ink-3" aria-label={t(`help.step.${step.kind}`)} />
      <span className="min-w-0 grow">
        <span className="line-clamp-3">
          {step.name && <span className="text-ink-2">{step.name}: </span>}
          {step.kind === 'handover' ? t('help.handedTo', { target }) : step.text}
        </span>
      </span>
      <time className="tabular shrink-0 text-ink-3" dateTime={step.at} title={absolute(step.at, language)}>
        {moment(step.at, now, language)}
      </time>
    </li>
  )
}

const KNOWN = new Set(['name', 'address', 'locale', 'time_zone', 'plan', 'customer_since', 'page', 'language', 'device'])

function FactLine({ fact }: { fact: Fact }) {
  const t = useT()
  const isOurs = !fact.source.endsWith('attributes') && KNOWN.has(fact.key)
  const name = isOurs ? t(`fact.${fact.source === 'company' && fact.key === 'name' ? 'company' : fact.key}` as Key) : fact.key
  return (
    <div className="flex min-w-0 items-baseline gap-2">
      <dt className="shrink-0 text-ink-3">{name}</dt>
      <dd className="min-w-0 truncate" title={String(fact.value)}>
        {String(fact.value)}
      </dd>
    </div>
  )
}
