/** Search and articles: fetched when the messenger is opened for the first time, so that a closed one weighs no more. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { fill, type Words } from '../i18n'
import { Icon } from '../Icon'
import { get, startThread, tell } from '../messenger'
import css from './help.css?inline'
import { helpWords } from './words'

type Found = { items: { id: number; title: string; text: string; marks: [number, number][] }[]; language: string }
type Article = { id: number; title: string; summary: string; html: string; language: string; url: string }

const PAUSE_MS = 220
const SETTLED_MS = 1_500
const WRITING_MS = 900
const LEAST_WRITTEN = 12

const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]

/** What was searched stays while the frame lives, and is told once. */
let last = { query: '', found: null as Found | null, told: '' }

/** A search is told when it stands still or an article of it is opened; letters on the way to it are none. */
function settle(query: string, found: Found | null): void {
  if (!found || !query || last.told === query) return
  last.told = query
  tell({ kind: 'search', data: { query: query.slice(0, 200), results: found.items.length, language: found.language } })
}

const search = (query: string, language: string) =>
  get<Found>(`/articles?q=${encodeURIComponent(query.slice(0, 200))}&language=${encodeURIComponent(language)}`)

/** Search as you type. */
export function Search({ words, onRead }: { words: Words; onRead: (id: number) => void }) {
  const w = helpWords(words.language)
  const [query, setQuery] = useState(last.query)
  const [found, setFound] = useState(last.found)
  const [failed, setFailed] = useState(false)
  const asked = useRef(last.query)
  const typed = query.trim()

  useEffect(() => {
    last.query = query
    if (asked.current === query) return
    if (!typed) {
      asked.current = query
      setFound((last.found = null))
      return
    }
    const timer = setTimeout(async () => {
      asked.current = query
      try {
        const answer = await search(typed, words.language)
        if (asked.current === query) setFound((last.found = answer))
        setFailed(false)
      } catch {
        setFailed(true)
      }
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [query, typed, words.language])
  useEffect(() => {
    const timer = setTimeout(() => settle(typed, found), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [typed, found])

  const said = failed ? w.failed : !found || !typed ? '' : found.items.length ? fill(w.results, { n: found.items.length }, words.language) : w.none
  return (
    <>
      <form
        role="search"
        class="finder"
        onSubmit={(event) => {
          event.preventDefault()
          settle(typed, found)
        }}
      >
        <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
          <path d="M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM20 20l-4-4" />
        </svg>
        <input type="search" aria-label={w.search} placeholder={w.search} maxLength={200} value={query} enterkeyhint="search" onInput={(event) => setQuery(event.currentTarget.value)} />
      </form>
      <p class={said && !found?.items.length ? 'quiet' : 'sr'} role="status">
        {said}
      </p>
      {!!typed && !!found?.items.length && (
        <ul class="found">
          {found.items.map((item) => (
            <li key={item.id}>
              <button
                type="button"
                onClick={() => {
                  settle(typed, found)
                  onRead(item.id)
                }}
              >
                <strong>{item.title}</strong>
                <span>{marked(item.text, item.marks)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** Articles for a message that is being written, after a pause. Sending waits for nothing. */
export function Suggested({ words, text, onRead }: { words: Words; text: string; onRead: (id: number) => void }) {
  const w = helpWords(words.language)
  const [items, setItems] = useState<Found['items']>([])
  const [isHidden, setIsHidden] = useState(false)
  const typed = text.trim()
  useEffect(() => {
    if (isHidden || typed.length < LEAST_WRITTEN) return
    let isLate = false
    const timer = setTimeout(async () => {
      const answer = await search(typed, words.language).catch(() => null)
      if (answer && !isLate) setItems(answer.items.slice(0, 2))
    }, WRITING_MS)
    return () => {
      isLate = true
      clearTimeout(timer)
    }
  }, [typed, isHidden, words.language])
  if (isHidden || !items.length || typed.length < LEAST_WRITTEN) return null
  return (
    <aside class="suggested" aria-label={w.suggested}>
      <p>{w.suggested}</p>
      <button type="button" class="icon" aria-label={w.hide} onClick={() => setIsHidden(true)}>
        <Icon name="close" />
      </button>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" onClick={() => onRead(item.id)}>{item.title}</button>
          </li>
        ))}
      </ul>
    </aside>
  )
}

/** An article over what was there before. Its HTML was cleaned by the server, and the frame's policy runs nothing in it. */
export function Reading({ id, words, onRead, onBack }: { id: number; words: Words; onRead: (id: number) => void; onBack: () => void }) {
  const w = helpWords(words.language)
  const [article, setArticle] = useState<Article | null>(null)
  const [failed, setFailed] = useState(false)
  const [judged, setJudged] = useState<'' | 'helped' | 'not_helped'>('')
  const title = useRef<HTMLHeadingElement>(null)
  const scroller = useRef<HTMLDivElement>(null)

  useEffect(() => {
    setJudged('')
    setFailed(false)
    let isLate = false
    get<Article>(`/articles/${id}?language=${encodeURIComponent(words.language)}`).then(
      (got) => {
        if (isLate) return
        setArticle(got)
        tell({ kind: 'article', data: { article_id: got.id, language: got.language } })
      },
      () => !isLate && setFailed(true),
    )
    return () => {
      isLate = true
    }
  }, [id, words.language])
  useEffect(() => {
    title.current?.focus()
    scroller.current?.scrollTo({ top: 0 })
  }, [article, failed])

  const judge = (kind: 'helped' | 'not_helped') => {
    setJudged(kind)
    tell({ kind, data: { article_id: article!.id, language: article!.language } })
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape leaves it, wherever the focus is inside
    <section
      class="article"
      aria-label={article?.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        onBack()
      }}
    >
      <header>
        <button type="button" class="icon" aria-label={w.back} onClick={onBack}>
          <Icon name="back" />
        </button>
        <h1 ref={title} tabIndex={-1} lang={article?.language}>{failed ? w.gone : article?.title}</h1>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div ref={scroller} class="text" tabIndex={0} lang={article?.language}>
        {article?.summary && <p class="lead">{article.summary}</p>}
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- only catches the clicks of links in it */}
        {article && <div class="body" onClick={(event) => follow(event, onRead)} dangerouslySetInnerHTML={{ __html: article.html }} />}
        {article && (
          <footer>
            <div role="status">
              {judged ? <p>{judged === 'helped' ? w.thanks : w.sorry}</p> : <p id="judge">{w.helped}</p>}
            </div>
            {!judged && (
              <div class="judge" role="group" aria-labelledby="judge">
                <button type="button" class="secondary" onClick={() => judge('helped')}>{w.yes}</button>
                <button type="button" class="secondary" onClick={() => judge('not_helped')}>{w.no}</button>
              </div>
            )}
            {judged !== 'helped' && (
              <button type="button" class={judged ? 'primary' : 'link'} onClick={() => { onBack(); startThread() }}>{w.ask}</button>
            )}
            <a href={article.url} target="_blank" rel="noopener">{w.page}</a>
          </footer>
        )}
      </div>
    </section>
  )
}

/** Links to other articles stay in the messenger, anchors in the article; all others open a page of their own. */
function follow(event: MouseEvent, onRead: (id: number) => void): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]')
  if (!link) return
  event.preventDefault()
  const anchor = link.getAttribute('href')!
  if (link.dataset.article) onRead(Number(link.dataset.article))
  else if (anchor.startsWith('#')) document.getElementById(decodeURIComponent(anchor.slice(1)))?.scrollIntoView()
  else window.open(link.href, '_blank', 'noopener')
}

function marked(text: string, marks: [number, number][]) {
  const parts: preact.ComponentChild[] = []
  let at = 0
  for (const [start, end] of marks) {
    parts.push(text.slice(at, start), <mark>{text.slice(start, end)}</mark>)
    at = end
  }
  return [...parts, text.slice(at)]
}
