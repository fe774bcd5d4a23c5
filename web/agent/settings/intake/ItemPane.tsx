import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, CircleAlert, Download, X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { absolute } from '../../../shared/time'
import { conversationQuery } from '../../api/queries'
import type { IntakeItem, Overview } from '../../api/types'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useTitle } from '../../app/Channel'
import { useProblemText } from '../../app/problems'
import { fileSize } from '../../thread/Attachments'
import { ChooseConversation } from '../../thread/ChooseConversation'
import { Button, IconButton } from '../../ui/Button'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { Link } from './Alarms'
import { FateMark } from './ItemRow'
import { MailContent } from './MailContent'
import { itemQuery } from './queries'
import { useDecide } from './useDecide'

type Props = { id: string; sources: Overview['sources']; narrow: boolean; onClose: () => void }

/** One line of the ledger with everything known about it, and what a person can decide. */
export function ItemPane({ id, sources, narrow, onClose }: Props) {
  const t = useT()
  const say = useProblemText()
  const query = useQuery(itemQuery(id))
  const item = query.data
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (narrow && item) heading.current?.focus()
  }, [narrow, item])
  return (
    <>
      <header className="flex items-start gap-2 border-b border-line px-6 pt-4 pb-3 max-[719px]:px-4">
        {narrow && (
          <IconButton label={t('command.close')} onClick={onClose} className="-ml-2">
            <ArrowLeft size={18} aria-hidden />
          </IconButton>
        )}
        <div className="min-w-0 grow">
          {item && <FateMark fate={item.fate} />}
          <h2 ref={heading} tabIndex={-1} className="line-clamp-3 text-title leading-7 font-strong break-words outline-none">
            {item ? item.subject || t(item.source === 'messenger' ? 'ledger.chat' : 'list.noSubject') : <span className="late inline-block h-4 w-64 max-w-full rounded-full bg-line" />}
          </h2>
        </div>
        {!narrow && (
          <IconButton label={t('action.close')} keys={['u']} onClick={onClose} className="-mr-2">
            <X size={16} aria-hidden />
          </IconButton>
        )}
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="flex min-h-0 grow flex-col gap-5 overflow-y-auto px-6 py-4 outline-offset-[-2px] max-[719px]:px-4">
        {query.error && !item && <ErrorNote {...say(query.error)} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton rows={4} />}
        {item && (
          <>
            <Decision item={item} />
            <Facts item={item} sources={sources} />
            {item.raw ? <MailContent id={item.id} /> : item.source !== 'messenger' && <p className="text-ink-3">{t('ledger.rawGone')}</p>}
          </>
        )}
      </div>
    </>
  )
}

/** Why it ended there, and the ways on. */
function Decision({ item }: { item: IntakeItem }) {
  const t = useT()
  const { acceptInto, replay, spam } = useDecide(item)
  const [choosing, setChoosing] = useState(false)
  const can = (what: string) => item.can.includes(what)
  return (
    <div className="flex flex-col gap-3">
      {item.reason && <p className="max-w-[72ch] text-ink">{item.reason}</p>}
      {item.conversation_id && <ConversationLine id={item.conversation_id} wanted={item.fate === 'held'} />}
      <div className="flex flex-wrap gap-2">
        {can('accept') && (
          <>
            {item.conversation_id && (
              <Button variant={item.fate === 'held' ? 'primary' : 'quiet'} onClick={() => void acceptInto(item.conversation_id!)}>
                {t('intake.accept')}
              </Button>
            )}
            <Button onClick={() => void acceptInto('new')}>{t('intake.acceptNew')}</Button>
            <Button onClick={() => setChoosing(true)}>{t('intake.acceptOther')}</Button>
          </>
        )}
        {can('replay') && (
          <Button variant="primary" onClick={() => void replay()}>
            {t('intake.replay')}
          </Button>
        )}
        {can('spam') && <Button onClick={() => void spam()}>{t('intake.spam')}</Button>}
        {can('raw') && (
          <a
            href={`/api/intake/${item.id}/raw`}
            download
            className="target inline-flex items-center gap-1.5 rounded-control px-3 font-medium text-ink-2 no-underline hover:bg-hover hover:text-ink"
          >
            <Download size={14} aria-hidden />
            {t('intake.raw')}
          </a>
        )}
      </div>
      <ChooseConversation
        open={choosing}
        onClose={() => setChoosing(false)}
        title={t('intake.acceptOther')}
        explain={(row) => t('intake.acceptExplained', { number: `#${row.number}` })}
        confirm={(row) => t('intake.acceptInto', { number: `#${row.number}` })}
        onConfirm={(row) => {
          setChoosing(false)
          void acceptInto(row.id)
        }}
      />
    </div>
  )
}

/** The conversation a line belongs to, or, held, wants into. */
function ConversationLine({ id, wanted }: { id: string; wanted: boolean }) {
  const t = useT()
  const titleOf = useTitle()
  const query = useQuery({ ...conversationQuery(id), retry: false })
  const conversation = query.data
  return (
    <p className="rounded-control border border-line bg-panel px-3 py-2">
      <span className="block text-secondary text-ink-3">{t(wanted ? 'ledger.wants' : 'ledger.standsIn')}</span>
      {conversation ? (
        <Link to={{ page: 'inbox', conversation: id }}>
          <span className="tabular">#{conversation.number}</span> {titleOf(conversation)}
          {conversation.contact.name || conversation.contact.address ? ` · ${conversation.contact.name || conversation.contact.address}` : ''}
        </Link>
      ) : query.error ? (
        <span className="text-ink-3">{t('ledger.notYours')}</span>
      ) : (
        <span className="late inline-block h-3 w-48 rounded-full bg-line" />
      )}
    </p>
  )
}

function Facts({ item, sources }: { item: IntakeItem; sources: Overview['sources'] }) {
  const t = useT()
  const language = useLanguage()
  const { envelope } = item
  const when = (at: string | null) => at && <time dateTime={at}>{absolute(at, language)}</time>
  const server = [...new Set([envelope.helo, envelope.peer && `[${envelope.peer}]`])].filter(Boolean).join(' ')
  const folder = envelope.folder ? `${envelope.folder}, UID ${envelope.uid}` : ''
  const more = (envelope.recipients ?? 0) - (envelope.rcpt_to ?? []).length
  const to = [...(envelope.rcpt_to ?? []), ...(more > 0 ? [`+${more}`] : [])].join(', ')
  return (
    <FactList>
      <Fact label={t('mail.from')}>{[item.from_name, item.from_address && `<${item.from_address}>`].filter(Boolean).join(' ')}</Fact>
      <Fact label={t('mail.to')}>{item.to.join(', ')}</Fact>
      <Fact label={t('ledger.mailbox')}>{sources.find((one) => one.account_id === item.account_id)?.name ?? t('ledger.disconnected')}</Fact>
      <Fact label={t('ledger.received')}>{when(item.received_at)}</Fact>
      <Fact label={t('ledger.occurred')}>{when(item.occurred_at)}</Fact>
      <Fact label={t('ledger.cameBy')}>{[t(`source.${item.source}` as Key), server || folder].filter(Boolean).join(' · ')}</Fact>
      <Fact label={t('ledger.envelopeFrom')}>{envelope.mail_from}</Fact>
      <Fact label={t('ledger.envelopeTo')}>{to}</Fact>
      <Fact label="Message-ID">{item.mail_id && <span className="break-all select-all">{item.mail_id}</span>}</Fact>
      <Fact label={t('ledger.size')}>{fileSize(item.size, language)}</Fact>
      <Fact label={t('ledger.settled')}>{when(item.settled_at)}</Fact>
      <Fact label={t('ledger.attempts')}>{item.attempts > 1 && String(item.attempts)}</Fact>
    </FactList>
  )
}

export function FactList({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[7.5rem_1fr] gap-x-3 gap-y-1 text-secondary max-[719px]:grid-cols-[6rem_1fr]">{children}</dl>
}

/** One thing known; nothing where nothing is. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (!children) return null
  return (
    <div className="contents">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words text-ink-2">{children}</dd>
    </div>
  )
}

export function Problems({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null
  return (
    <ul className="flex flex-col gap-1">
      {sentences.map((one) => (
        <li key={one} className="flex items-start gap-1.5">
          <CircleAlert size={14} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
          <span className="min-w-0 break-words">{one}</span>
        </li>
      ))}
    </ul>
  )
}
