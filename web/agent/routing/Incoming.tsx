import { useQuery, useQueryClient } from '@tanstack/react-query'
import { HandHelping, TimerOff } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { conversationQuery } from '../api/queries'
import { useTitle } from '../app/Channel'
import { useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { navigate } from '../app/router'
import { command } from '../commands/catalogue'
import { useCommands } from '../commands/registry'
import { Price, Waiting } from '../inbox/ListRow'
import { Button } from '../ui/Button'
import { Ring } from './Ring'
import { type Invitation, invitationsQuery, type Offer, offersQuery } from './queries'
import { useAnswer } from './HelpCard'
import { useOffers } from './useOffers'

/** What comes to a person by itself: work that is offered, and questions of colleagues. One stack, the oldest on top. */
export function Incoming() {
  const t = useT()
  const mayAnswer = useMay('conversations.write')
  const mayRead = useMay('conversations.read')
  const offers = useQuery({ ...offersQuery, enabled: mayAnswer, refetchInterval: 60_000 }).data ?? []
  const invitations = useQuery({ ...invitationsQuery, enabled: mayRead }).data ?? []
  const [later, setLater] = useState<ReadonlySet<string>>(new Set())
  const { accept, decline, isBusy } = useOffers()
  const answer = useAnswer()
  const ended = useEnded(offers)
  const shown = invitations.filter((one) => !later.has(one.help_id))
  const open = (id: string) => navigate({ page: 'inbox', conversation: id })
  const join = (one: Invitation) => void answer(one.conversation.id, 'accept').then((done) => done && open(one.conversation.id))
  const first = offers[0]
  const question = first ? undefined : shown[0]
  useCommands({
    'routing.accept': first ? () => void accept(first) : question && (() => join(question)),
    'routing.decline': first ? () => void decline(first) : question && (() => void answer(question.conversation.id, 'decline')),
  })
  if (offers.length + shown.length + ended.length === 0) return null
  return (
    <aside
      aria-label={t('incoming.label')}
      className="fixed bottom-4 left-18 z-30 flex max-h-[calc(100vh-32px)] w-[340px] max-w-[calc(100vw-32px)] flex-col gap-2 overflow-y-auto max-[719px]:bottom-16 max-[719px]:left-4"
    >
      {offers.map((offer, n) => (
        <OfferCard key={`${offer.conversation_id} ${offer.offered_at}`} offer={offer} keyed={n === 0} busy={isBusy} onAccept={() => void accept(offer)} onDecline={() => void decline(offer)} />
      ))}
      {ended.map((offer) => (
        <p key={`ended ${offer.conversation_id}`} role="status" className="fade-in flex items-center gap-2 rounded-card bg-float px-4 py-3 text-secondary text-ink-2 shadow-float">
          <TimerOff size={16} className="shrink-0 text-ink-3" aria-hidden />
          {t('offer.ended', { number: `#${offer.number}` })}
        </p>
      ))}
      {shown.map((one, n) => (
        <InvitationCard
          key={one.help_id}
          invitation={one}
          keyed={offers.length === 0 && n === 0}
          onJoin={() => join(one)}
          onDecline={() => void answer(one.conversation.id, 'decline')}
          onLook={() => {
            setLater(new Set([...later, one.help_id]))
            open(one.conversation.id)
          }}
        />
      ))}
    </aside>
  )
}

/** Offers that ran out before this person answered: said for a while, so that nothing vanishes unexplained. */
function useEnded(offers: readonly Offer[]): readonly Offer[] {
  const client = useQueryClient()
  const known = useRef<readonly Offer[]>([])
  const [ended, setEnded] = useState<readonly Offer[]>([])
  useEffect(() => {
    const gone = known.current.filter((old) => !offers.some((one) => one.conversation_id === old.conversation_id) && Date.parse(old.expires_at) <= Date.now() + 500)
    known.current = offers
    if (gone.length === 0) return
    setEnded((old) => [...old, ...gone])
    setTimeout(() => setEnded((old) => old.filter((one) => !gone.includes(one))), 12_000)
  }, [offers])
  useEffect(() => {
    if (offers.length === 0) return
    const next = Math.min(...offers.map((one) => Date.parse(one.expires_at))) - Date.now()
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: offersQuery.queryKey }), Math.max(200, next + 100))
    return () => clearTimeout(timer)
  }, [client, offers])
  return ended
}

type OfferProps = { offer: Offer; keyed: boolean; busy: boolean; onAccept: () => void; onDecline: () => void }

function OfferCard({ offer, keyed, busy, onAccept, onDecline }: OfferProps) {
  const t = useT()
  const titleOf = useTitle()
  const row = useQuery(conversationQuery(offer.conversation_id)).data
  return (
    <Frame label={t('offer.label', { number: `#${offer.number}` })}>
      <div className="flex items-start gap-3">
        <Ring from={offer.offered_at} until={offer.expires_at} />
        <div className="min-w-0 grow">
          <p className="text-secondary text-ink-3">{t('offer.forYou')}</p>
          <p className="line-clamp-2 font-medium">{row ? titleOf(row) : offer.subject || `#${offer.number}`}</p>
          {row && (
            <p className="flex flex-wrap items-center gap-x-3 text-secondary text-ink-2">
              <span className="truncate">{row.contact.erased ? t('erase.contact') : row.contact.name || row.contact.address || t('contact.unknown')}</span>
              {row.waiting_since && <Waiting row={row} />}
              <Price row={row} />
            </p>
          )}
        </div>
      </div>
      <p className="text-secondary text-ink-2">{offer.why.text}</p>
      <div className="flex gap-2">
        <Keyed id="routing.accept" show={keyed} variant="primary" busy={busy} onClick={onAccept}>
          {t('offer.accept')}
        </Keyed>
        <Keyed id="routing.decline" show={keyed} busy={busy} onClick={onDecline}>
          {t('offer.decline')}
        </Keyed>
      </div>
    </Frame>
  )
}

type InvitationProps = { invitation: Invitation; keyed: boolean; onJoin: () => void; onDecline: () => void; onLook: () => void }

function InvitationCard({ invitation, keyed, onJoin, onDecline, onLook }: InvitationProps) {
  const t = useT()
  const { agent } = useDirectory()
  const titleOf = useTitle()
  const row = invitation.conversation
  return (
    <Frame label={t('invitation.label', { number: `#${row.number}` })}>
      <div className="flex items-start gap-3">
        <HandHelping size={20} className="mt-0.5 shrink-0 text-accent-ink" aria-hidden />
        <div className="min-w-0 grow">
          <p className="text-secondary text-ink-3">{t('help.asks', { name: agent(invitation.asked_by)?.name ?? t('author.agent') })}</p>
          <p className="line-clamp-4 font-medium">{invitation.question}</p>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 text-secondary text-ink-2">
            <span className="max-w-full truncate">{titleOf(row)}</span>
            {row.waiting_since && <Waiting row={row} />}
            <Price row={row} />
          </p>
          {invitation.first_only && <p className="text-secondary text-ink-3">{t('invitation.firstOnly')}</p>}
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        <Keyed id="routing.accept" show={keyed} variant="primary" onClick={onJoin}>
          {t('help.join')}
        </Keyed>
        <Button onClick={onLook}>{t('invitation.look')}</Button>
        <Keyed id="routing.decline" show={keyed} variant="plain" onClick={onDecline}>
          {t('help.decline')}
        </Keyed>
      </div>
    </Frame>
  )
}

function Frame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="fade-in flex shrink-0 flex-col gap-3 rounded-card border border-line bg-float p-4 shadow-float">
      {children}
    </section>
  )
}

/** A button with the key that does the same, where the key means this card. */
function Keyed({ id, show, children, ...rest }: React.ComponentProps<typeof Button> & { id: 'routing.accept' | 'routing.decline'; show: boolean }) {
  const key = command(id).keys?.[0]?.replace('shift+', '⇧').toUpperCase()
  return (
    <Button {...rest}>
      {children}
      {show && <kbd className="tabular font-sans text-[11px] opacity-70 max-[719px]:hidden">{key}</kbd>}
    </Button>
  )
}
