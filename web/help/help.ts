/**
 * What a page of the help centre can do beyond reading: play a video in its place, open the messenger, and show articles
 * while a message is written. Deferred and small; every page works without it.
 */

const PAUSE_MS = 700
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
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(query)}`)
      const found = (await answer.json()) as { title: string; url: string }[]
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
