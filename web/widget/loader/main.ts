/**
 * The script of the host page. It draws the button and holds the frame; everything else happens in the frame, which also
 * brings the rest of the styles. It must never throw into, block or restyle the page: every way in passes `safely`, it
 * makes no requests of its own, and styles live in a shadow root by CSSOM, where a strict style-src has no say.
 */
import type { FromFrame, HostOptions, Look, ToFrame } from '../host'

type BootOptions = HostOptions & { inbox?: string }
type Api = ((...command: unknown[]) => void) & { q?: ArrayLike<unknown>[]; ready?: 1 }

/** How long a frame may take to speak before Hark counts as down. */
const PATIENCE_MS = 20_000
const LONGEST_PAUSE_MS = 600_000
const STYLE =
  ':host{all:initial!important}[hidden]{display:none!important}button{position:fixed;z-index:2147483000;inset-inline-end:20px;bottom:20px;width:56px;height:56px;border:0;border-radius:50%;background:var(--c,#0f766e);cursor:pointer}button:before{content:"";position:absolute;inset:15px;background:var(--i,#fff);clip-path:path("M13 1C6 1 1 5 1 12c0 3 1 5 2 7L2 25l6-2c2 1 3 1 5 1 7 0 12-5 12-12S20 1 13 1z")}'

const doc = document
const view = visualViewport!
const host = window as unknown as { Hark?: Api }
const listeners: ((unread: number) => void)[] = []
const sheet = new CSSStyleSheet()

let inbox = ''
let options: BootOptions
let look: Partial<Look>
let box: HTMLElement | undefined
let button: HTMLButtonElement
let note: HTMLElement
let frame: HTMLIFrameElement | undefined
let speaks = false
let isOpen = false
let failures = 0
let timer: ReturnType<typeof setTimeout>
let url = ''
let unread = 0
let waiting: ToFrame[] = []

const safely =
  <A extends unknown[], R>(call: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return call(...args)
    } catch (error) {
      console.warn('Hark', error)
      return undefined
    }
  }

/** A page that is never idle waits no longer than this either. */
const BUSY = { timeout: 200 }
const whenIdle = (call: () => void) =>
  'requestIdleCallback' in window ? requestIdleCallback(safely(call), BUSY) : setTimeout(safely(call))

const script = (doc.currentScript ?? doc.querySelector('[src$="/messenger.js"]')) as HTMLScriptElement
const base = new URL(script.src).origin

const keep = safely((name: string, value: string | null) =>
  value === null ? localStorage.removeItem(inbox + name) : localStorage.setItem(inbox + name, value),
)

/** Everything kept for this inbox, '' is the visitor's token; undefined where the browser gives the page no storage. */
const stored = safely(() => {
  const all: Record<string, string> = {}
  for (const name in localStorage) if (name.startsWith(inbox)) all[name.slice(inbox.length)] = localStorage[name]
  return all
})

const page = () => ({ url: location.href, title: doc.title, referrer: doc.referrer })

/** To the frame at Hark's exact origin; kept until it has said hello. */
function send(message: ToFrame): void {
  if (speaks) frame!.contentWindow!.postMessage(message, base)
  else waiting.push(message)
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] {
  return box!.shadowRoot!.appendChild(doc.createElement(tag))
}

function draw(): void {
  sheet.replaceSync(STYLE + (look.css ?? ''))
  button.className = failures ? 'off' : isOpen ? 'on' : ''
  button.ariaLabel = (isOpen ? look.close : look.open) || 'Chat'
  // A browser that never saw this messenger work shows nothing while Hark is down; any other says so.
  button.hidden = !!failures && !look.css
  note.hidden = !failures || !isOpen
  note.textContent = look.offline!
  if (frame) frame.hidden = !isOpen || !speaks || !look.css
}

/** Whether this tab had the messenger open a page ago. */
const wasOpen = safely(() => sessionStorage[inbox])
const rememberOpen = safely(() => (sessionStorage[inbox] = isOpen ? 1 : ''))

function start(): void {
  if (!inbox || box) return
  look = safely(JSON.parse)(stored()?.[':look'] ?? '{}')
  box = doc.createElement('div')
  box.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
  note = make('p')
  button = make('button')
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is ours alone, and every byte goes to somebody's visitors
  button.onclick = safely(() => show(!isOpen))
  doc.body.append(box)
  draw()
  if (isOpen || (wasOpen() && innerWidth > 480)) show(true, isOpen)
  else whenIdle(load)
}

function load(): void {
  if (frame || !box) return
  clearTimeout(timer)
  timer = setTimeout(safely(down), PATIENCE_MS)
  frame = make('iframe')
  frame.title = 'Chat'
  frame.hidden = true
  frame.allow = 'microphone'
  frame.src = `${base}/messenger/${inbox.slice(5)}/frame?origin=${encodeURIComponent(location.origin)}`
}

function stop(): void {
  clearTimeout(timer)
  frame?.remove()
  frame = undefined
  speaks = false
}

/** Hark does not answer: tried again later, ever more rarely. */
function down(): void {
  stop()
  timer = setTimeout(safely(load), Math.min(LONGEST_PAUSE_MS, 15_000 * 2 ** failures++) * (0.5 + Math.random()))
  draw()
}

function show(open: boolean, focus = true): void {
  isOpen = open
  rememberOpen()
  if (!box) return // the page is not loaded yet
  load()
  draw()
  send({ hark: 'visible', open, focus })
  if (focus) (open ? frame! : button).focus()
}

/** A phone's keyboard shrinks only the visual viewport. */
function fit(): void {
  if (box) box.style.cssText = `--h:${view.height}px;--t:${view.offsetTop}px`
}

function hear({ source, origin, data }: MessageEvent<FromFrame>): void {
  if (!frame || source !== frame.contentWindow || origin !== base) return
  if (data.hark === 'keep') keep(data.key, data.value)
  else if (data.hark === 'close') show(false)
  else if (data.hark === 'down') down()
  else {
    if (data.hark === 'hello') {
      clearTimeout(timer)
      speaks = true
      send({ hark: 'boot', options, stored: stored() ?? null, page: page(), open: isOpen })
      waiting.splice(0).forEach(send)
    } else {
      failures = 0
      look = data.look
      keep(':look', JSON.stringify(look))
      unread = data.unread
      button.dataset.n = '' + (unread || '')
      for (const call of listeners) safely(call)(unread)
    }
    draw()
  }
}

/** Another page of a single-page application, once its title had a moment to follow; a box thrown away with the old body comes back. */
const moved = () =>
  setTimeout(
    safely(() => {
      if (!box || url === location.href) return
      url = location.href
      if (!box.isConnected) doc.body.append(box)
      send({ hark: 'page', page: page() })
    }),
    99,
  )

const commands: Record<string, (...args: never[]) => unknown> = {
  boot(given: BootOptions = {}) {
    if (inbox) return commands.identify!(given as never)
    inbox = 'hark:' + (given.inbox ?? script.dataset.harkInbox)
    options = given
    url = location.href
    // Never within the load event itself: already a look into the storage may take its time.
    if (doc.readyState === 'complete') whenIdle(start)
    else addEventListener('load', () => whenIdle(start))
  },
  identify(given: HostOptions) {
    options = { ...options, ...given }
    if (speaks) send({ hark: 'identify', options })
    else load()
  },
  track: (name: string, data?: unknown) => send({ hark: 'track', name, data }),
  show: () => show(true),
  hide: () => show(false),
  onUnread(call: (unread: number) => void) {
    listeners.push(call)
    call(unread)
  },
  /** The visitor signs out: everything goes, also what the browser kept of them. */
  shutdown() {
    stop()
    for (const name in stored()) keep(name, null)
    isOpen = false
    rememberOpen()
    box?.remove()
    box = undefined
    inbox = ''
    waiting = []
  },
}

const before = host.Hark
if (!before?.ready) {
  const api: Api = (...[name, ...args]) => void safely(commands[name as string]!)(...(args as never[]))
  api.ready = 1
  host.Hark = api
  addEventListener('message', safely(hear))
  addEventListener('popstate', moved)
  view.addEventListener('resize', safely(fit))
  view.addEventListener('scroll', safely(fit))
  const queue = Array.from(before?.q ?? [])
  if (script.dataset.harkInbox && !queue.some((command) => command[0] === 'boot')) api('boot')
  for (const command of queue) api(...Array.from(command))
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = function (...args) {
      original.apply(this, args)
      moved()
    }
  }
}
