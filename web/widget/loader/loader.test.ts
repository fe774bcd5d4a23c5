// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { FromFrame, ToFrame } from '../host'

type Api = ((...command: unknown[]) => void) & { ready?: number; q?: unknown[][] }

const HARK = 'https://hark.example'
const page = window as unknown as { Hark?: Api }

/** jsdom has no constructable style sheets, no visual viewport and loads no frames; the loader runs as on a page. */
async function load(key: string | null = 'KEY'): Promise<void> {
  const script = document.createElement('script')
  if (key) script.dataset.harkInbox = key
  Object.defineProperty(script, 'src', { value: `${HARK}/messenger.js` })
  Object.defineProperty(document, 'currentScript', { value: script, configurable: true })
  vi.resetModules()
  await import('./main')
  vi.advanceTimersByTime(50)
}

const box = () => [...document.body.children].find((one) => one.shadowRoot) as HTMLElement | undefined
const root = () => box()!.shadowRoot!
const button = () => root().querySelector('button')!
const frame = () => root().querySelector('iframe')

function say(data: FromFrame, origin = HARK, source: Window | null = frame()!.contentWindow): void {
  window.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }))
}

function listen(): ToFrame[] {
  const heard: ToFrame[] = []
  vi.spyOn(frame()!.contentWindow!, 'postMessage').mockImplementation(((message: ToFrame, target: string) => {
    expect(target).toBe(HARK)
    heard.push(message)
  }) as never)
  return heard
}

const LOOK = { css: 'button{color:red}', open: 'Open', close: 'Close', offline: 'Offline' }

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('CSSStyleSheet', class { text = ''; replaceSync(text: string) { this.text = text } }) // prettier-ignore
  vi.stubGlobal('visualViewport', Object.assign(new EventTarget(), { height: 600, offsetTop: 0 }))
  const windows = new WeakMap<object, object>()
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
    configurable: true,
    get(this: object) {
      if (!windows.has(this)) windows.set(this, { postMessage: () => {} })
      return windows.get(this)
    },
  })
  Object.defineProperty(document, 'readyState', { value: 'complete', configurable: true })
  localStorage.clear()
  sessionStorage.clear()
  document.body.replaceChildren()
  delete page.Hark
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('draws a button and, when the page is idle, a hidden frame at Hark', async () => {
  await load()
  expect(button().hidden).toBe(false)
  expect(frame()!.src).toBe(`${HARK}/messenger/KEY/frame?origin=${encodeURIComponent(location.origin)}`)
  expect(frame()!.hidden).toBe(true)
})

it('answers the frame’s hello with what is kept, and hands on what was said before', async () => {
  localStorage.setItem('hark:KEY', 'TOKEN')
  localStorage.setItem('hark:KEY:q:1', '{}')
  localStorage.setItem('other', 'x')
  page.Hark = Object.assign(() => {}, { q: [['track', 'Seen', { plan: 'pro' }]] })
  await load()
  const heard = listen()
  say({ hark: 'hello' })
  expect(heard[0]).toMatchObject({ hark: 'boot', stored: { '': 'TOKEN', ':q:1': '{}' }, page: { url: location.href } })
  expect(heard[1]).toEqual({ hark: 'track', name: 'Seen', data: { plan: 'pro' } })
})

it('listens to its own frame at Hark’s origin and to nobody else', async () => {
  await load()
  say({ hark: 'keep', key: '', value: 'EVIL' }, 'https://evil.example')
  say({ hark: 'keep', key: '', value: 'EVIL' }, HARK, window)
  expect(localStorage.getItem('hark:KEY')).toBeNull()
  say({ hark: 'keep', key: '', value: 'T' })
  expect(localStorage.getItem('hark:KEY')).toBe('T')
})

it('opens, tells the frame, and says how many are unread', async () => {
  const unread = vi.fn<(n: number) => void>()
  await load()
  page.Hark!('onUnread', unread)
  const heard = listen()
  say({ hark: 'hello' })
  say({ hark: 'look', look: LOOK, unread: 2 })
  expect(unread).toHaveBeenCalledWith(2)
  expect(button().dataset.n).toBe('2')
  button().click()
  expect(frame()!.hidden).toBe(false)
  expect(heard.at(-1)).toEqual({ hark: 'visible', open: true, focus: true })
  say({ hark: 'close' })
  expect(frame()!.hidden).toBe(true)
})

it('follows a single-page application without changing what its calls do', async () => {
  await load()
  const heard = listen()
  say({ hark: 'hello' })
  history.pushState({ step: 1 }, '', '/next')
  expect(history.state).toEqual({ step: 1 })
  vi.advanceTimersByTime(100)
  expect(heard.at(-1)).toMatchObject({ hark: 'page', page: { url: expect.stringContaining('/next') } })
  expect(() => history.pushState(null, '', 'https://elsewhere.example/')).toThrow(/elsewhere/)
})

it('comes back when the application threw the old page away', async () => {
  await load()
  document.body.replaceChildren()
  history.pushState(null, '', '/other')
  vi.advanceTimersByTime(100)
  expect(box()).toBeDefined()
})

it('shows nothing where Hark never answered, and tries again later', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  await load()
  vi.advanceTimersByTime(20_000)
  expect(button().hidden).toBe(true)
  expect(frame()).toBeNull()
  vi.advanceTimersByTime(15_000)
  expect(frame()).not.toBeNull()
})

it('says that messages are not available where they once were', async () => {
  localStorage.setItem('hark:KEY:look', JSON.stringify(LOOK))
  await load()
  vi.advanceTimersByTime(20_000)
  expect(button().hidden).toBe(false)
  button().click()
  vi.advanceTimersByTime(20_000)
  expect(root().querySelector('p')!.hidden).toBe(false)
  expect(root().querySelector('p')!.textContent).toBe('Offline')
})

it('throws nothing into the page: no storage, odd commands, odd messages', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const broken = (): never => {
    throw new Error('SecurityError')
  }
  vi.stubGlobal('localStorage', new Proxy({}, { get: broken, ownKeys: broken }))
  vi.stubGlobal('sessionStorage', new Proxy({}, { get: broken, set: broken }))
  await load()
  expect(() => page.Hark!('nonsense', 1)).not.toThrow()
  expect(() => page.Hark!()).not.toThrow()
  expect(() => page.Hark!('onUnread', () => { throw new Error('host') })).not.toThrow() // prettier-ignore
  const heard = listen()
  say({ hark: 'hello' })
  expect(heard[0]).toMatchObject({ hark: 'boot', stored: null })
  say({ hark: 'look', look: LOOK, unread: 1 })
  say(null as never)
  button().click()
  expect(frame()!.hidden).toBe(false)
})

it('forgets everything when the visitor signs out, and can begin again', async () => {
  await load()
  say({ hark: 'keep', key: '', value: 'T' })
  say({ hark: 'look', look: LOOK, unread: 0 })
  page.Hark!('shutdown')
  expect(box()).toBeUndefined()
  expect(Object.keys(localStorage)).toEqual([])
  page.Hark!('boot', { inbox: 'OTHER' })
  vi.advanceTimersByTime(50)
  expect(frame()!.src).toContain('/messenger/OTHER/frame')
})

it('is one messenger, however often its tag stands on the page', async () => {
  await load()
  await load()
  expect([...document.body.children].filter((one) => one.shadowRoot)).toHaveLength(1)
})
