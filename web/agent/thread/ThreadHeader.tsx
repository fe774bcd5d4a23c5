import { ArrowLeft, CalendarClock, ChevronDown, CircleCheck, Ellipsis, Handshake, ShieldAlert } from 'lucide-react'
import { absolute, dayAndTime } from '../../shared/time'
import type { Conversation } from '../api/types'
import { useTitle } from '../app/Channel'
import { useLanguage, useT } from '../app/i18n'
import { useVisitor } from '../app/live'
import { useDirectory } from '../app/me'
import { Person } from '../app/Person'
import { useNow } from '../app/useNow'
import { ONE_PANE, useMedia } from '../app/useMedia'
import { runCommand, useAvailable } from '../commands/registry'
import { Price, Waiting } from '../inbox/ListRow'
import { PromiseLine } from '../inbox/PromiseChip'
import { CommandButton, IconButton } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { CommandItem, Menu, MenuLine } from '../ui/Menu'
import { StateMark } from '../ui/StateMark'
import { Tip } from '../ui/Tip'

/** Subject, why it stands where it stands, and what one does most. */
export function ThreadHeader({ conversation, contactShown }: { conversation: Conversation | undefined; contactShown: boolean }) {
  const t = useT()
  const titleOf = useTitle()
  const isNarrow = useMedia(ONE_PANE)
  return (
    <header className="flex shrink-0 flex-col gap-1 border-b border-line px-6 pt-3 pb-2 max-[719px]:px-2">
      <div className="flex items-center gap-2">
        {isNarrow && (
          <IconButton label={t('command.close')} onClick={() => runCommand('conversation.close')}>
            <ArrowLeft size={18} aria-hidden />
          </IconButton>
        )}
        <h1 className="line-clamp-2 min-w-0 grow text-title leading-7 font-strong max-[719px]:line-clamp-1 max-[719px]:text-thread">
          {conversation ? titleOf(conversation) : <span className="late inline-block h-4 w-64 rounded-full bg-line" />}
        </h1>
        <Actions contactShown={contactShown} />
      </div>
      {conversation && <Facts conversation={conversation} />}
    </header>
  )
}

function Actions({ contactShown }: { contactShown: boolean }) {
  const t = useT()
  const mayReopen = useAvailable('conversation.reopen')
  const isMerged = useAvailable('conversation.unmerge')
  const isNarrow = useMedia(ONE_PANE)
  return (
    <div role="toolbar" aria-label={t('thread.actions')} className="flex shrink-0 items-center gap-0.5">
      {!isNarrow && (
        <>
          <CommandButton id="conversation.snooze" />
          <CommandButton id="conversation.tag" />
        </>
      )}
      {mayReopen ? <CommandButton id="conversation.reopen" /> : <CommandButton id="conversation.resolve" />}
      <Menu
        align="end"
        trigger={
          <IconButton label={t('thread.more')}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <CommandItem id="conversation.assign" />
        <CommandItem id="conversation.assignMe" />
        <CommandItem id="conversation.help" />
        <CommandItem id="conversation.tag" />
        <CommandItem id="conversation.snooze" />
        <MenuLine />
        <CommandItem id="conversation.topic" />
        <CommandItem id="conversation.severity" />
        <CommandItem id="conversation.difficulty" />
        <CommandItem id="conversation.showImages" />
        <MenuLine />
        {isMerged ? <CommandItem id="conversation.unmerge" /> : <CommandItem id="conversation.merge" />}
        <CommandItem id="conversation.split" />
        <MenuLine />
        <CommandItem id="conversation.spam" />
      </Menu>
      <CommandButton id="look.contact" pressed={contactShown} />
    </div>
  )
}

function Facts({ conversation }: { conversation: Conversation }) {
  return (
    <div className="flex min-w-0 items-center gap-x-3 gap-y-1 text-secondary text-ink-3 max-[719px]:overflow-x-auto max-[719px]:px-2">
      <span className="tabular shrink-0 max-[719px]:hidden">#{conversation.number}</span>
      <Assignee conversation={conversation} />
      <VisitorHere conversation={conversation} />
      <StatusChip conversation={conversation} />
      {conversation.waiting_since && <Waiting row={conversation} />}
      <PromiseLine row={conversation} />
      <Price row={conversation} />
      {conversation.reason && (
        <Tip label={conversation.reason.text}>
          <span className="min-w-0 truncate max-[719px]:hidden">{conversation.reason.text}</span>
        </Tip>
      )}
      <Tags conversation={conversation} />
    </div>
  )
}

/** The other side of a chat is on the page at this moment: they read along. */
function VisitorHere({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { live } = useVisitor(conversation.id)
  if (!(live ?? conversation.endpoints.some((endpoint) => endpoint.live))) return null
  return (
    <span className="inline-flex shrink-0 items-center gap-1 font-medium text-accent-ink">
      <StateMark state="online" />
      {t('visitor.here')}
    </span>
  )
}

function Assignee({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { agent, team } = useDirectory()
  const available = useAvailable('conversation.assign')
  const person = agent(conversation.assignee_id)
  const name = person?.name ?? team(conversation.team_id)?.name ?? t('assign.nobodyYet')
  return (
    <Tip label={t('command.assign')} keys="a">
      <button
        type="button"
        disabled={!available}
        onClick={() => runCommand('conversation.assign')}
        className="target -mx-1 inline-flex shrink-0 items-center gap-1.5 rounded-control px-1 text-ink-2 hover:bg-hover hover:text-ink"
      >
        {person && <Person id={person.id} size={20} />}
        <span className="max-w-40 truncate">{name}</span>
        <ChevronDown size={12} aria-hidden />
      </button>
    </Tip>
  )
}

function StatusChip({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { status, snoozed_until: snoozed, promise_until: promised } = conversation
  if (status === 3) {
    return (
      <Chip tone="done">
        <span className="inline-flex items-center gap-1">
          <CircleCheck size={12} aria-hidden /> {t('status.resolved')}
        </span>
      </Chip>
    )
  }
  if (status === 4) {
    return (
      <Chip>
        <span className="inline-flex items-center gap-1">
          <ShieldAlert size={12} aria-hidden /> {t('status.spam')}
        </span>
      </Chip>
    )
  }
  const until = status === 2 ? snoozed : promised
  if (!until) return status === 1 ? <span className="shrink-0">{t('status.waiting')}</span> : null
  const Icon = status === 2 ? CalendarClock : Handshake
  return (
    <span title={absolute(until, language)} className="inline-flex shrink-0 items-center gap-1 text-ink-2">
      <Icon size={14} aria-hidden />
      {t(status === 2 ? 'status.snoozedUntil' : 'status.promised', { time: dayAndTime(until, now, language) })}
    </span>
  )
}

function Tags({ conversation }: { conversation: Conversation }) {
  const { tag } = useDirectory()
  return conversation.tag_ids.slice(0, 4).map((id) => <Chip key={id}>{tag(id)?.name ?? '…'}</Chip>)
}
