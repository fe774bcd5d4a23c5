import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Ask, EmailAsk } from './Ask'
import { Answers } from './Bot'
import { Bubble, PendingBubble } from './Bubble'
import { Composer } from './Composer'
import { Face } from './Face'
import { hoursSentence } from './Home'
import type { Words } from './i18n'
import { Icon } from './Icon'
import { type Lined, lineUp } from './lines'
import { memo } from './memo'
import { Menu } from './Menu'
import { close, loadThread, show, store } from './messenger'
import { spoken } from './offers'
import type { Hours, Inbox, Message, Visitor } from './protocol'
import { useHelp } from './useHelp'
import { useStore } from './useStore'

const NONE: Message[] = []

type Props = { id: string; words: Words; title: string; inbox: Inbox; hours: Hours; visitor: Visitor }

export function ThreadView({ id, words, title, inbox, hours, visitor }: Props) {
  const { t } = words
  const known = useStore(store, (state) => state.threads[id])
  const trouble = useStore(store, (state) => state.troubles[id])
  const allPending = useStore(store, (state) => state.pending)
  const [isAsked, setIsAsked] = useState(false)
  const offer = useStore(store, (state) => state.offered[id])
  const own = known?.messages ?? NONE
  const begunAt = known?.thread.last_at ?? ''
  // A bot's greeting stands here until the server has it.
  const messages = useMemo(() => (own.length ? own : spoken(offer, begunAt)), [own, offer, begunAt])
  const lines = useMemo(() => lineUp(messages, words.language), [messages, words])
  const pending = allPending.filter((one) => one.thread === id && !messages.some((message) => message.id === one.id))
  const isNew = !own.length && !pending.length && (known?.isLoaded ?? true)
  // Whether the team has read it stands below the visitor's last word, as long as nothing follows it.
  const lastOwn = !pending.length && messages.at(-1)?.from === 'you' ? messages.length - 1 : -1
  const person = messages.findLast((message) => message.from === 'team')
  const help = useHelp(inbox, isNew)
  const [article, setArticle] = useState(0)
  const [draft, setDraft] = useState('')
  const missing = inbox.prechat.filter(({ field }) => !(field === 'name' ? visitor.name : visitor.address))
  const asksFirst = isNew && !visitor.identified && missing.length > 0 && !isAsked

  return (
    <>
    <main class="thread" inert={!!article}>
      <header>
        <button type="button" class="icon" aria-label={t('back')} onClick={() => show(null)}>
          <Icon name="back" />
        </button>
        <Face name={person?.name || title} picture={person ? person.picture_url : (inbox.faces[0]?.picture_url ?? null)} />
        <div class="titles">
          <h1 data-title tabIndex={-1}>{person?.name || title}</h1>
          <p class="quiet">{hoursSentence(hours, words)}</p>
        </div>
        {!isNew && <Menu id={id} words={words} inbox={inbox} />}
        <button type="button" class="icon closes" aria-label={t('close')} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <LostNotice words={words} />
      {asksFirst ? (
        <Ask words={words} fields={missing} onDone={() => setIsAsked(true)} />
      ) : (
        <>
          <Messages words={words} count={messages.length + pending.length} ownCount={pending.length}>
            {isNew && !offer && <li class="event">{t('empty')}</li>}
            {lines.map((line, at) => (
              <Line
                key={line.message.id}
                {...line}
                receipt={at === lastOwn ? t(line.message.seq <= known!.thread.team_read_seq ? 'seen' : 'sent') : ''}
                words={words}
              />
            ))}
            {pending.map((one) => (
              <PendingBubble key={one.id} message={one} words={words} />
            ))}
            {!pending.length && <Answers id={id} last={messages.at(-1)} words={words} />}
            {known?.typing && <Typing name={known.typing.name} until={known.typing.until} words={words} />}
            {trouble && (
              <li class="event" role="alert">
                {t('failedLoad')}{' '}
                <button type="button" class="link" onClick={() => void loadThread(id)}>{t('retry')}</button>
              </li>
            )}
            {known?.thread.closed && <li class="event">{t('closed')}</li>}
            {!isNew && <EmailAsk words={words} inbox={inbox} hours={hours} visitor={visitor} />}
          </Messages>
          {help && isNew && <help.Suggested words={words} text={draft} onRead={setArticle} />}
          <Composer id={id} words={words} maxBytes={inbox.max_file_bytes} isNew={isNew} onText={setDraft} />
        </>
      )}
    </main>
    {help && !!article && <help.Reading id={article} words={words} onRead={setArticle} onBack={() => setArticle(0)} />}
    </>
  )
}

/** Only after a while: most breaks are over before anybody needs to know. */
function LostNotice({ words }: { words: Words }) {
  const isConnected = useStore(store, (state) => state.connected)
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    setIsLate(false)
    const timer = setTimeout(() => setIsLate(true), 4_000)
    return () => clearTimeout(timer)
  }, [isConnected])
  return !isConnected && isLate ? <p class="lost" role="status">{words.t('lost')}</p> : null
}

const NEAR_PX = 80

/** Stays at the end while the visitor is there; further up it only says that something came. */
function Messages({ words, count, ownCount, children }: { words: Words; count: number; ownCount: number; children: preact.ComponentChildren }) {
  const list = useRef<HTMLOListElement>(null)
  const isAtEnd = useRef(true)
  const height = useRef(0)
  const [hasNews, setHasNews] = useState(false)
  const toEnd = () => list.current!.scrollTo({ top: list.current!.scrollHeight })

  useLayoutEffect(() => {
    if (isAtEnd.current || ownCount) toEnd()
    else setHasNews(true)
  }, [count, ownCount])
  // Pictures, a growing composer or a phone's keyboard change the height, not the place.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      height.current = list.current!.clientHeight
      if (isAtEnd.current) toEnd()
    })
    watch.observe(list.current!)
    return () => watch.disconnect()
  }, [])

  return (
    <div class="scroller">
      <ol
        ref={list}
        class="messages"
        aria-label={words.t('messages')}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          if (clientHeight !== height.current) return
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
          if (isAtEnd.current) setHasNews(false)
        }}
      >
        {children}
      </ol>
      {hasNews && (
        <button type="button" class="news" onClick={toEnd}>
          <Icon name="down" />
          {words.t('latest')}
        </button>
      )}
    </div>
  )
}

/** A long thread is not drawn anew for every word that comes. */
const Line = memo(function Line({ day, ...said }: Lined & { receipt: string; words: Words }) {
  return (
    <>
      {day && <li class="day">{day}</li>}
      <Bubble {...said} />
    </>
  )
})

function Typing({ name, until, words }: { name: string; until: number; words: Words }) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, until - Date.now()) + 50)
    return () => clearTimeout(timer)
  }, [until])
  if (now > until) return null
  return (
    <li class="typing" aria-label={words.t('typing', { name })}>
      <i /><i /><i />
    </li>
  )
}
