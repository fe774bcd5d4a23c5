/** The frame's heart: boots, keeps the state, and ties requests, socket, outbox and host page together. */
import type { HostOptions, Page, ToFrame } from '../host'
import { createCall, parsed, Refusal, upload } from './api'
import { connect } from './bridge'
import { isAt } from './offers'
import { cleanPage, cleanValues } from './clean'
import { chooseLanguage, loadWords, pick, wantsFormal, type Words } from './i18n'
import { createLive } from './live'
import { lookOf } from './look'
import { createOutbox, type Pending } from './outbox'
import type { Attachment, Booted, Fact, Hours, Inbox, Message, Offer, ServerFrame, Thread, Values, Visitor } from './protocol'
import { chime } from './sound'
import { createStore } from './store'
import * as threads from './threads'
import { uuid } from './uuid'

export type State = {
  /** null until the first boot is answered. */
  ready: { words: Words; title: string; greeting: string; inbox: Inbox; hours: Hours; visitor: Visitor } | null
  threads: threads.Threads
  pending: Pending[]
  /** What bots say by themselves, and in which new thread one has. */
  offers: Offer[]
  offered: Record<string, Offer>
  /** The thread of an offer that nobody has looked at. */
  invited: string | null
  /** Threads whose history could not be fetched. */
  troubles: Record<string, true>
  connected: boolean
  open: boolean
  /** Counts the times the visitor opened the messenger by hand: the focus goes in. */
  focus: number
  /** The thread on screen; null: home. */
  view: string | null
  muted: boolean
  /** The last arrival, for screen readers. */
  announcement: string
}

const BOOT_TRIES = 3
const REFRESH_MS = 10_000
const SLEPT_MS = 25_000
const VISIT_MS = 30 * 60_000
const TYPING_MS = 3_000
const PAGE_SIZE = 100
const MOST_FACTS = 50

const KEY = location.pathname.split('/')[2] ?? ''
const API = `/api/messenger/${KEY}`
const OWN = `hark:${KEY}:`

export const store = createStore<State>({
  ready: null, threads: {}, pending: [], offers: [], offered: {}, invited: null, troubles: {}, connected: false, open: false, focus: 0, view: null, muted: false, announcement: '',
}) // prettier-ignore

let token = ''
let options: HostOptions = {}
let page: Page | null = null
let stored: Record<string, string> = {}
/** The host page has no storage to offer: this tab's, at our own origin, is better than none. */
let keepsHere = false
let visit: { id: string; at: number; offered?: string[] } = { id: '', at: 0 }
let facts: Fact[] = []
let typingSince = 0
/** Grows when the page says anew who the visitor is: an answer to an older question is asked for again. */
let wish = 0

const bridge = connect(window.parent, new URLSearchParams(location.search).get('origin') ?? location.origin, hear)
const call = createCall(API, () => token)
const outbox = createOutbox({ send: post, keep, changed: (pending) => store.set({ pending }) })
const live = createLive({
  url: `${location.origin.replace('http', 'ws')}${API}/live`,
  opening: () => ({ token, threads: threads.cursors(store.get().threads), visit: currentVisit(), page: pageToTell() }),
  heard,
  changed(connected) {
    store.set({ connected })
    if (!connected) return
    outbox.wake()
    flushFacts()
    readOnScreen()
  },
  unknown: () => void boot(1),
})

export function begin(): void {
  bridge.say({ hark: 'hello' })
  for (const name of ['online', 'focus'] as const) window.addEventListener(name, awake)
  document.addEventListener('visibilitychange', awake)
  // An open socket would keep the host page out of the browser's back-forward cache.
  window.addEventListener('pagehide', () => {
    tell({ kind: 'left' })
    live.stop()
  })
  window.addEventListener('pageshow', (event) => event.persisted && live.start())
  let last = Date.now()
  setInterval(() => {
    const now = Date.now()
    if (now - last > SLEPT_MS) awake()
    last = now
  }, 5_000)
  setInterval(() => !store.get().connected && void refresh(), REFRESH_MS)
}

function awake(): void {
  if (document.hidden) return
  live.check()
  outbox.wake()
  readOnScreen()
}

function hear(message: ToFrame): void {
  if (message.hark === 'boot') {
    keepsHere = message.stored === null
    stored = read(message.stored)
    token = stored[''] ?? ''
    options = message.options
    page = message.page
    visit = (parsed(stored.visit ?? '') as typeof visit | null) ?? visit
    store.set({ open: message.open, muted: stored.muted === '1' })
    void boot(1)
  } else if (message.hark === 'visible') {
    if (message.open && !store.get().open) tellOpened()
    store.set(({ focus }) => ({ open: message.open, focus: message.open && message.focus ? focus + 1 : focus }))
    readOnScreen()
  } else if (message.hark === 'page') {
    page = message.page
    watchPage()
    const told = pageToTell()
    if (!told) return
    live.send({ type: 'page', ...told })
    tell({ kind: 'page', ...told })
  } else if (message.hark === 'identify') {
    options = message.options
    wish += 1
    if (store.get().ready) void boot(1)
  } else {
    const name = String(message.name).slice(0, 100)
    tell({ kind: 'event', name, data: cleanValues(message.data) })
    for (const offer of store.get().offers) if (offer.on.type === 'event' && offer.on.name === name) invite(offer)
  }
}

let watching: ReturnType<typeof setTimeout>[] = []

/** A bot may speak up at this page, after a while on it. */
function watchPage(): void {
  watching.forEach(clearTimeout)
  watching = store.get().offers.flatMap((offer) =>
    offer.on.type === 'page' && isAt(page?.url ?? '', offer.on.url) ? setTimeout(() => invite(offer), offer.on.after_s * 1_000) : [],
  )
}

/** Once in a visit, and not to somebody who is in a conversation. */
function invite(offer: Offer): void {
  const { open, view, invited } = store.get()
  if (invited || (open && view) || visit.offered?.includes(offer.id)) return
  visit.offered = [...(visit.offered ?? []), offer.id]
  keep('visit', JSON.stringify(visit))
  startThread(offer)
  const thread = store.get().view!
  store.set({ view: open ? thread : view, invited: thread })
  readOnScreen()
  sayLook()
}

/** Asks who this visitor is and how the inbox looks; said again when the page identifies them or the token is refused. */
async function boot(attempt: number): Promise<void> {
  const asked = wish
  const wishes = [options.language ?? '', ...navigator.languages].filter(Boolean)
  try {
    const early = loadWords(chooseLanguage(wishes))
    const booted = await call<Booted>('POST', '/boot', question(wishes[0] ?? 'en'))
    const { locale } = booted.inbox
    const language = chooseLanguage([...wishes, locale])
    const isFormal = wantsFormal(language, [options.language ?? '', locale])
    const isEarly = !isFormal && language === chooseLanguage(wishes)
    enter(booted, isEarly ? await early : await loadWords(language, isFormal))
    if (asked !== wish) void boot(1)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'bad_identity' && options.jwt) {
      console.warn('Hark: the signed token was refused; the visitor stays anonymous.', error.message)
      options = { ...options, jwt: undefined }
      return boot(attempt)
    }
    if (!store.get().ready && (attempt >= BOOT_TRIES || (error instanceof Refusal && error.lasting))) return bridge.say({ hark: 'down' })
    setTimeout(() => void boot(attempt + 1), Math.min(60_000, 500 * 2 ** attempt) * (0.5 + Math.random()))
  }
}

function question(language: string): object {
  return {
    ...(token ? { token } : {}),
    ...(options.jwt ? { jwt: options.jwt } : {}),
    // Who asks not to be followed is not: nothing is sent that the server might have to drop.
    ...(isQuiet() ? {} : { page: page && { ...cleanPage(page), referrer: page.referrer.slice(0, 2_000) }, device: device() }),
    language: language.slice(0, 35),
    time_zone: timeZone(),
    attributes: cleanValues(options.attributes),
    quiet: isQuiet(),
  }
}

/** The first use of Intl costs a slow phone a tenth of a second; where Temporal is there, it tells for nothing. */
function timeZone(): string {
  const { Temporal } = globalThis as { Temporal?: { Now: { timeZoneId(): string } } }
  return Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}

function device(): Record<string, string> {
  return { platform: navigator.platform.slice(0, 100), screen: `${screen.width}x${screen.height}` }
}

function enter(booted: Booted, words: Words): void {
  const isFirst = !store.get().ready
  if (token !== booted.token) keep('', (token = booted.token))
  const { inbox, hours, visitor, openings: offers } = booted
  const title = pick(inbox.title, words.language, inbox.locale) || inbox.name
  const greeting = pick(inbox.greeting, words.language, inbox.locale)
  document.documentElement.lang = words.language
  document.documentElement.dir = words.rtl ? 'rtl' : 'ltr'
  if (isFirst) outbox.restore(stored)
  store.set((state) => {
    const all = threads.withThreads(state.threads, booted.threads)
    const known = (id: string) => id in all || state.pending.some((one) => one.thread === id)
    return {
      ready: { words, title, greeting, inbox, hours, visitor },
      offers,
      threads: state.pending.reduce((list, one) => threads.begin(list, one.thread, one.at), all),
      view: isFirst && stored.view && known(stored.view) ? stored.view : state.view,
    }
  })
  if (!isFirst) live.stop()
  else land()
  live.start()
  watchPage()
  const { view } = store.get()
  if (view) void loadThread(view)
  sayLook()
}

/** The first page of this frame: where a visit begins, else one more page of it. */
function land(): void {
  const told = pageToTell()
  if (!told) return
  const isNewVisit = Date.now() - visit.at > VISIT_MS
  const data: Values = page?.referrer ? { referrer: page.referrer.slice(0, 500) } : {}
  tell(isNewVisit ? { kind: 'landed', ...told, data } : { kind: 'page', ...told })
}

function heard(frame: ServerFrame): void {
  if (frame.type === 'message') arrive(frame.thread, frame.message)
  else if (frame.type === 'thread') {
    const { type: _, ...thread } = frame
    changeThreads((all) => threads.withThread(all, thread))
    readOnScreen()
  } else if (frame.type === 'read') changeThreads((all) => threads.withTeamRead(all, frame.thread, frame.seq))
  else if (frame.type === 'typing') {
    changeThreads((all) => threads.withTyping(all, frame.thread, frame.name, frame.typing, Date.now()))
  }
}

/** A message that came by itself, in the server's order. */
function arrive(id: string, message: Message): void {
  const { threads: next, isNew } = threads.withMessage(store.get().threads, id, message, true)
  store.set({ threads: next })
  if (isNew && message.from === 'team') {
    const { ready, muted } = store.get()
    store.set({ announcement: `${message.name}: ${message.text}` })
    if (ready?.inbox.sound && !muted && !isOnScreen(id)) chime()
  }
  readOnScreen()
  sayLook()
}

function changeThreads(change: (all: threads.Threads) => threads.Threads): void {
  store.set((state) => ({ threads: change(state.threads) }))
  sayLook()
}

let said = ''

function sayLook(): void {
  const { ready, threads: all } = store.get()
  if (!ready) return
  const unread = threads.unreadOf(all) + (store.get().invited ? 1 : 0)
  const look = lookOf(ready.inbox.color, unread, ready.words)
  const now = JSON.stringify(look)
  if (now === said) return
  said = now
  bridge.say({ hark: 'look', look, unread })
}

function isOnScreen(id: string): boolean {
  const { open, view } = store.get()
  return open && view === id && !document.hidden
}

/** What the visitor sees counts as read, here and at the team's. */
function readOnScreen(): void {
  const { view, invited, open } = store.get()
  if (invited && open) {
    store.set({ invited: null, ...(view ? {} : { view: invited }) })
    return readOnScreen()
  }
  if (!view || !isOnScreen(view)) return
  const before = store.get().threads
  const next = threads.withRead(before, view)
  if (next === before) return
  store.set({ threads: next })
  sayLook()
  const { seq } = next[view]!.thread
  if (!live.send({ type: 'read', thread: view, seq })) void quietly(call('POST', `/threads/${view}/read`, { seq }))
}

/** The thread's whole history, oldest first; a page that fails leaves what is there. */
export async function loadThread(id: string): Promise<void> {
  store.set(({ troubles }) => ({ troubles: Object.fromEntries(Object.entries(troubles).filter(([one]) => one !== id)) }))
  if (store.get().threads[id]?.isLoaded !== false) return
  try {
    await fetchAfter(id, 0)
    readOnScreen()
  } catch {
    store.set(({ troubles }) => ({ troubles: { ...troubles, [id]: true } }))
  }
}

async function fetchAfter(id: string, start: number): Promise<Message[]> {
  const all: Message[] = []
  for (let after = start; ; after = all.at(-1)!.seq) {
    const answer = await call<{ thread: Thread; messages: Message[] }>('GET', `/threads/${id}?after=${after}&limit=${PAGE_SIZE}`)
    const isLast = answer.messages.length < PAGE_SIZE
    all.push(...answer.messages)
    changeThreads((list) => threads.withPage(list, id, answer.thread, answer.messages, isLast))
    if (isLast) return all
  }
}

/** Where no socket comes through, news are asked for. */
async function refresh(): Promise<void> {
  const { ready, open } = store.get()
  if (!ready || document.hidden || (!open && !Object.keys(store.get().threads).length)) return
  await quietly(
    (async () => {
      const { threads: list } = await call<{ threads: Thread[] }>('GET', '/threads')
      const before = store.get().threads
      changeThreads((all) => threads.withThreads(all, list))
      for (const known of Object.values(store.get().threads)) {
        if (!known.isLoaded || known.thread.seq <= (before[known.thread.id]?.cursor ?? 0)) continue
        await fetchAfter(known.thread.id, known.cursor)
      }
      readOnScreen()
      if (facts.length) await call('POST', '/track', { facts: facts.splice(0), visit: currentVisit() })
    })(),
  )
}

async function post(message: Pending): Promise<void> {
  const { id, thread, text, attachments, opening } = message
  try {
    const answer = await call<{ message: Message; thread: Thread }>('POST', `/threads/${thread}/messages`, {
      id,
      text,
      attachment_ids: attachments.map((one) => one.id),
      ...(opening ? { opening } : {}),
      ...(pageToTell() ? { page: pageToTell() } : {}),
    })
    changeThreads((all) => threads.withMessage(threads.withThread(all, answer.thread), thread, answer.message, false).threads)
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) await boot(1)
    throw error
  }
}

export function send(thread: string, text: string, attachments: Attachment[]): void {
  const at = new Date().toISOString()
  changeThreads((all) => threads.begin(all, thread, at))
  keep('view', thread)
  const offer = store.get().offered[thread]
  const isFirst = !store.get().threads[thread]?.messages.length
  outbox.add({ id: uuid(), thread, text, attachments, at, ...(offer && isFirst ? { opening: offer.id } : {}) })
  typed(thread, false)
  readOnScreen()
}

export const retry = (id: string) => outbox.retry(id)
export const discard = (id: string) => outbox.discard(id)

/** Says that the visitor writes, at most every three seconds; false says that they stopped. */
export function typed(thread: string, isTyping = true): void {
  const now = Date.now()
  if (isTyping ? now - typingSince < TYPING_MS : !typingSince) return
  typingSince = isTyping ? now : 0
  live.send({ type: 'typing', thread, typing: isTyping })
}

export function show(view: string | null): void {
  store.set({ view, announcement: '' })
  keep('view', view)
  if (view) void loadThread(view)
  readOnScreen()
}

/** A new thread gets its id here; nothing of it exists anywhere before its first message. */
export function startThread(with_?: Offer): void {
  const id = uuid()
  store.set(({ threads: all, offers, offered }) => {
    const offer = with_ ?? offers.find(({ on }) => on.type === 'new_conversation' || on.type === 'outside_hours')
    return { view: id, threads: threads.begin(all, id, new Date().toISOString()), offered: offer ? { ...offered, [id]: offer } : offered }
  })
}

export const close = () => bridge.say({ hark: 'close' })

export function mute(muted: boolean): void {
  store.set({ muted })
  keep('muted', muted ? '1' : null)
}

/** Rejects with a `Refusal` where it was not saved. */
export async function saveContact(contact: { name?: string; address?: string }): Promise<void> {
  await call('POST', '/contact', contact)
  store.set(({ ready }) => (ready ? { ready: { ...ready, visitor: { ...ready.visitor, ...contact } } } : {}))
}

export const sendTranscript = (thread: string) => call<unknown>('POST', `/threads/${thread}/transcript`, {})

export const uploadFile = (file: File, progress: (share: number) => void) =>
  upload<Attachment>(`${API}/attachments`, token, file, progress)

let hasBegun = false

/** The visitor has begun to fill in what they want to send; said once. */
export function formBegun(): void {
  if (!hasBegun) tell({ kind: 'form' })
  hasBegun = true
}

/** Asks for something of this messenger; rejects with a `Refusal`. */
export const get = <T>(path: string) => call<T>('GET', path)

/** Where some visitors do without articles, so that it can be measured what they save, it is told who does. */
function tellOpened(): void {
  const articles = store.get().ready?.inbox.articles ?? ''
  tell({ kind: 'opened', ...(['held', 'compared'].includes(articles) ? { data: { held_out: articles === 'held' } } : {}) })
}

export function tell(fact: Omit<Fact, 'at'>): void {
  if (!mayTell()) return
  facts = [...facts, { ...fact, at: new Date().toISOString() }].slice(-MOST_FACTS)
  flushFacts()
}

function flushFacts(): void {
  if (facts.length && live.send({ type: 'facts', items: facts })) facts = []
}

function pageToTell(): { url: string; title: string } | null {
  return page && mayTell() && store.get().ready?.inbox.collect.pages !== false ? cleanPage(page) : null
}

/** Do-Not-Track and Global Privacy Control, as far as the workspace respects them: it does until it says otherwise. */
function mayTell(): boolean {
  return !isQuiet() || store.get().ready?.inbox.collect.respect_dnt === false
}

/** One visit goes on until half an hour has passed without a page. */
function currentVisit(): string {
  const now = Date.now()
  visit = now - visit.at < VISIT_MS ? { ...visit, at: now } : { id: uuid(), at: now }
  keep('visit', JSON.stringify(visit))
  return visit.id
}

function isQuiet(): boolean {
  const asked = navigator as Navigator & { globalPrivacyControl?: boolean }
  return asked.doNotTrack === '1' || asked.globalPrivacyControl === true
}

function keep(key: string, value: string | null): void {
  if (!keepsHere) bridge.say({ hark: 'keep', key: key && `:${key}`, value })
  else if (value === null) sessionStorage.removeItem(OWN + key)
  else sessionStorage.setItem(OWN + key, value)
}

/** The host page keeps names as `:name` and the token as nothing; this tab keeps them all below one prefix. */
function read(given: Record<string, string> | null): Record<string, string> {
  const [all, prefix] = given ? [given, ':'] : [{ ...sessionStorage } as Record<string, string>, OWN]
  const named = Object.entries(all).filter(([key]) => key.startsWith(prefix))
  return { '': all[''] ?? '', ...Object.fromEntries(named.map(([key, value]) => [key.slice(prefix.length), value])) }
}

/** What may fail without anybody missing it: it is asked again soon. */
async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
