/**
 * What a page of the help centre can do beyond reading: play a video in its place, open the messenger, copy the link to a
 * heading, and show articles while a search or a message is written. Deferred and small; every page works without it.
 */

const PAUSE_MS = 700
const KEYS_MS = 180
const LEAST = 12

/** The same addresses as in src/hark/help/seo.py: players that set no cookie before somebody plays. */
const PLAYERS: Record<string, (id: string) => string> = {
  youtube: (id) => `https://www.youtube-nocookie.com/embed/${id}?autoplay=1`,
  vimeo: (id) => `https://player.vimeo.com/video/${id}?dnt=1&autoplay=1`,
}

/** Nothing is asked of a video's host before this click. */
for (const box of document.querySelectorAll<HTMLElement>('figure[data-video]')) {
  const link = box.querySelector('a')
  link?.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const { video, id } = box.dataset as { video: string; id: string }
    const embed = PLAYERS[video]?.(id)
    const player = document.createElement(embed ? 'iframe' : 'video')
    player.title = link.firstElementChild?.nextSibling?.textContent ?? ''
    if (player instanceof HTMLIFrameElement) {
      player.allow = 'autoplay; fullscreen; picture-in-picture'
      player.referrerPolicy = 'strict-origin-when-cross-origin'
    } else player.controls = player.autoplay = true
    player.src = embed ?? id
    box.replaceChildren(player)
    player.focus()
  })
}

type Hark = ((...command: unknown[]) => void) & { q?: unknown[][] }
const page = window as unknown as { Hark?: Hark }

/** "Ask us" opens the messenger in place. It goes on with this visit, so that what was searched need not be told again. */
for (const link of document.querySelectorAll<HTMLElement>('[data-messenger]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault()
    const key = link.dataset.messenger!
    if (page.Hark) return page.Hark('show')
    const visit = /(?:^|; )hark_visit=([0-9a-f-]{36})/.exec(document.cookie)?.[1]
    try {
      if (visit) localStorage[`hark:${key}:visit`] = JSON.stringify({ id: visit, at: Date.now() })
    } catch {
      // No storage: the messenger begins a visit of its own.
    }
    const queue: Hark = (...command) => void queue.q!.push(command)
    queue.q = [['boot', { inbox: key, language: document.documentElement.lang }], ['show']]
    page.Hark = queue
    const script = document.createElement('script')
    script.src = '/messenger.js'
    document.head.append(script)
  })
}

/** The link to a heading is on the clipboard with its click; the address says so too. */
for (const link of document.querySelectorAll<HTMLAnchorElement>('.anchor')) {
  link.addEventListener('click', () => void navigator.clipboard?.writeText(link.href).catch(() => {}))
}

type Offered = { title: string; url: string }

async function offered(address: string, query: string): Promise<Offered[]> {
  const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`)
  return answer.ok ? ((await answer.json()) as Offered[]) : []
}

/** Articles below a search field while somebody types. Who takes one has searched: the server hears of it on the way. */
for (const search of document.querySelectorAll<HTMLFormElement>('form.search')) {
  const field = search.querySelector('input')!
  const box = Object.assign(document.createElement('ul'), { id: `found-${Math.random().toString(36).slice(2)}`, hidden: true, role: 'listbox' })
  box.setAttribute('aria-label', search.dataset.found!)
  search.append(box)
  field.role = 'combobox'
  field.setAttribute('aria-controls', box.id)
  field.ariaAutoComplete = 'list'
  field.ariaExpanded = 'false'
  let timer = 0
  let asked = ''
  let at = -1
  const show = (found: Offered[]) => {
    box.replaceChildren(
      ...found.map(({ title, url }, n) => {
        const item = Object.assign(document.createElement('li'), { id: `${box.id}-${n}`, role: 'option', textContent: title })
        const chosen = decodeURIComponent(url.split('/').pop()!)
        item.dataset.to = `${search.action}?${new URLSearchParams({ q: asked, chosen })}`
        return item
      }),
    )
    choose(-1)
    box.hidden = !found.length
    field.ariaExpanded = String(found.length > 0)
  }
  const choose = (n: number) => {
    at = n
    const items = [...box.children]
    for (const [i, item] of items.entries()) item.ariaSelected = String(i === n)
    if (n < 0) field.removeAttribute('aria-activedescendant')
    else field.setAttribute('aria-activedescendant', items[n]!.id)
  }
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(async () => {
      const query = (asked = field.value.trim())
      if (query.length < 2) return show([])
      const found = await offered(search.action.replace(/search$/, 'suggest'), query).catch(() => [])
      if (query === asked && document.activeElement === field) show(found)
    }, KEYS_MS)
  })
  field.addEventListener('keydown', (event) => {
    const last = box.children.length - 1
    if (box.hidden || event.isComposing) return
    if (event.key === 'Escape') show([])
    else if (event.key === 'ArrowDown') choose(at < last ? at + 1 : -1)
    else if (event.key === 'ArrowUp') choose(at < 0 ? last : at - 1)
    else if (event.key === 'Enter' && at >= 0) location.href = (box.children[at] as HTMLElement).dataset.to!
    else return
    event.preventDefault()
  })
  // Before the field loses the focus, which would take the list away.
  box.addEventListener('mousedown', (event) => event.preventDefault())
  box.addEventListener('click', ({ target }) => {
    const to = (target as HTMLElement).dataset.to
    if (to) location.href = to
  })
  field.addEventListener('blur', () => show([]))
}

/** Articles that may answer, while a message is written. Sending never waits for them. */
const form = document.querySelector<HTMLFormElement>('form[data-suggest]')
const list = document.querySelector<HTMLElement>('#suggested')
if (form && list) {
  let timer = 0
  let asked = ''
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => void suggest(), PAUSE_MS)
  })
  const suggest = async () => {
    const data = new FormData(form)
    const query = `${data.get('subject')} ${data.get('text')}`.trim().slice(0, 300)
    if (query.length < LEAST || query === asked) return
    asked = query
    try {
      const found = await offered(form.dataset.suggest!, query)
      if (query !== asked) return
      list.querySelector('ul')!.replaceChildren(
        ...found.map(({ title, url }) => {
          const link = Object.assign(document.createElement('a'), { href: url, target: '_blank' })
          link.append(Object.assign(document.createElement('strong'), { textContent: title }))
          const item = document.createElement('li')
          item.append(link)
          return item
        }),
      )
      list.hidden = !found.length
    } catch {
      // They are a help, no more.
    }
  }
}
