import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react'
import { dayName } from '../../shared/time'
import type { Conversation, Endpoint, ThreadItem } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useVisitor } from '../app/live'
import { useNow } from '../app/useNow'
import { ChatBubble } from './ChatBubble'
import { buildEntries, type Entry, lastRead, waitingMessage } from './entries'
import { EventLine, shownEvents } from './EventLine'
import { MessageCard } from './MessageCard'
import { Choosable } from './splitting'

const GUESS: Record<Entry['type'], number> = { day: 44, new: 36, message: 220, chat: 64, events: 32 }

type Props = {
  conversation: Conversation
  items: readonly ThreadItem[]
  seenSeq: number | null
  withImages: boolean
  hasEarlier: boolean
  isLoadingEarlier: boolean
  onEarlier: () => void
  footer: ReactNode
}

/** The messages, oldest first, anchored at the end: what loads above never moves what is read. */
export function Thread(props: Props) {
  const t = useT()
  const { conversation, items, hasEarlier, isLoadingEarlier, onEarlier } = props
  const scroller = useRef<HTMLDivElement>(null)
  const entries = useMemo(() => buildEntries(items, props.seenSeq, shownEvents(items)), [items, props.seenSeq])
  const waiting = useMemo(() => (conversation.waiting_since ? waitingMessage(items) : null), [conversation.waiting_since, items])
  const read = useLastRead(conversation, items)
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => GUESS[entries[index]!.type],
    getItemKey: (index) => entries[index]!.key,
    overscan: 6,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: 80,
  })

  const isPlaced = useRef(false)
  useEffect(() => {
    if (isPlaced.current || entries.length === 0) return
    isPlaced.current = true
    const line = entries.findIndex((entry) => entry.type === 'new')
    if (line >= 0) virtual.scrollToIndex(line, { align: 'start' })
    else virtual.scrollToEnd()
  }, [entries, virtual])

  useStuckToEnd(scroller)

  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  useEffect(() => {
    if (isPlaced.current && first <= 2 && hasEarlier && !isLoadingEarlier) onEarlier()
  }, [first, hasEarlier, isLoadingEarlier, onEarlier])

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div ref={scroller} className="min-h-0 grow overflow-y-auto [overflow-anchor:none]" tabIndex={0} role="log" aria-label={t('thread.label')}>
      <div className="mx-auto max-w-[840px] px-6 pb-11 max-[719px]:px-3">
        {isLoadingEarlier && <p className="late py-2 text-center text-secondary text-ink-3">{t('state.loading')}</p>}
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const entry = entries[item.index]!
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <EntryView entry={entry} conversation={conversation} waitingId={waiting?.id ?? null} lastRead={read} withImages={props.withImages} />
              </div>
            )
          })}
        </div>
        {props.footer}
      </div>
    </div>
  )
}

/** Whoever reads the end goes on reading the end when the room grows or shrinks: a composer opens, a keyboard comes up. */
function useStuckToEnd(scroller: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    let isAtEnd = true
    const look = () => {
      isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80
    }
    let height = element.clientHeight
    const sizes = new ResizeObserver(() => {
      if (isAtEnd && element.clientHeight !== height) element.scrollTop = element.scrollHeight
      height = element.clientHeight
    })
    look()
    element.addEventListener('scroll', look, { passive: true })
    sizes.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      sizes.disconnect()
    }
  }, [scroller])
}

type LastRead = { id: string; /** when, as far as that is known */ at: string | null }

/** The bubble under which "Seen" stands: as the server had it, or as a signal has said since. */
function useLastRead(conversation: Conversation, items: readonly ThreadItem[]): LastRead | null {
  const { read_seq: said = 0, read_at: saidAt } = useVisitor(conversation.id)
  return useMemo(() => {
    // A signal names the conversation, not the thread of it that was read: where there are two, it is that of who is here.
    const chats = conversation.endpoints.filter((endpoint) => endpoint.channel === 'messenger')
    const heard = (chat: Endpoint) => (chat.live || chats.length === 1) && said > chat.read_seq
    const known = new Map(chats.map((chat) => [chat.id, heard(chat) ? { seq: said, at: saidAt ?? null } : { seq: chat.read_seq, at: chat.read_at }]))
    const last = lastRead(items, (id) => (id === null ? 0 : (known.get(id)?.seq ?? 0)))
    return last && { id: last.id, at: known.get(last.endpoint_id ?? '')?.at ?? null }
  }, [conversation.endpoints, items, said, saidAt])
}

type EntryProps = { entry: Entry; conversation: Conversation; waitingId: string | null; lastRead: LastRead | null; withImages: boolean }

function EntryView({ entry, conversation, waitingId, lastRead: read, withImages }: EntryProps) {
  const t = useT()
  switch (entry.type) {
    case 'day':
      return <Day at={entry.at} />
    case 'new':
      return (
        <div className="flex items-center gap-3 py-2 text-secondary font-medium text-accent-ink">
          <span className="h-px grow bg-accent-line" />
          {t('thread.new')}
          <span className="h-px grow bg-accent-line" />
        </div>
      )
    case 'events':
      return (
        <div className="py-1">
          {entry.events.map((event) => (
            <EventLine key={`${event.conversation_id}:${event.seq}`} event={event} />
          ))}
        </div>
      )
    case 'chat':
      return (
        <Choosable message={entry.message} conversation={conversation}>
          <ChatBubble
            message={entry.message}
            conversation={conversation}
            first={entry.first}
            last={entry.last}
            isWaiting={entry.message.id === waitingId}
            isLastRead={entry.message.id === read?.id}
            readAt={entry.message.id === read?.id ? read.at : null}
          />
        </Choosable>
      )
    default:
      return (
        <Choosable message={entry.message} conversation={conversation}>
          <MessageCard message={entry.message} conversation={conversation} isWaiting={entry.message.id === waitingId} withImages={withImages} />
        </Choosable>
      )
  }
}

function Day({ at }: { at: string }) {
  const language = useLanguage()
  const now = useNow()
  return (
    <div className="flex items-center gap-3 pt-5 pb-2 text-secondary text-ink-3">
      <span className="h-px grow bg-line" />
      {dayName(at, now, language)}
      <span className="h-px grow bg-line" />
    </div>
  )
}
