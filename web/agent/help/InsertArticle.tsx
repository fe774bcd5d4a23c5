import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { runCommand, useCommands } from '../commands/registry'
import { CommandButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { ArticleSearch, type FoundArticle } from './ArticleSearch'
import { centresQuery } from './queries'

export type Insertable = { title: string; url: string }

/** The link as the rich-text field takes it. */
export function articleLink({ title, url }: Insertable) {
  return [{ type: 'text', text: title, marks: [{ type: 'link', attrs: { href: url } }] }, { type: 'text', text: ' ' }]
}

/** The text with the address behind it, apart by a space. */
export function withAddress(text: string, { url }: Insertable): string {
  return `${text}${text === '' || /\s$/.test(text) ? '' : ' '}${url} `
}

let wanted: Insertable | null = null
const WANTED = 'hark:insert-article'
const SETTLED_MS = 200

/** Whether an article waits for a reply to be begun: it was asked for before the composer was there. */
export function isArticleWanted(): boolean {
  return wanted !== null
}

/** Puts an article into the reply, which is begun if there is none. */
export function insertArticle(article: Insertable): void {
  wanted = article
  runCommand('conversation.reply')
  window.dispatchEvent(new Event(WANTED))
}

/** In the composer: an article readers can open, put in as a link. Notes and replies alike; absent where there is no help
 * centre. `ready`: the field can take it. */
export function InsertArticle({ ready, onInsert }: { ready: boolean; onInsert: (article: Insertable) => void }) {
  const t = useT()
  const language = useLanguage()
  const [open, setOpen] = useState(false)
  const mayRead = useMay('help.read')
  const centres = useQuery({ ...centresQuery, enabled: mayRead }).data ?? []
  const isThere = centres.some((one) => one.published && one.articles_live > 0)
  useCommands({ 'compose.article': isThere && (() => setOpen(true)) })
  const latest = useRef(onInsert)
  latest.current = onInsert
  useEffect(() => {
    if (!ready) return
    const take = () => {
      if (wanted) latest.current(wanted)
      wanted = null
    }
    // A reply that is just begun may still be given its kept draft, which replaces the field.
    let timer = setTimeout(take, SETTLED_MS)
    const soon = () => {
      clearTimeout(timer)
      timer = setTimeout(take, SETTLED_MS)
    }
    window.addEventListener(WANTED, soon)
    return () => {
      clearTimeout(timer)
      window.removeEventListener(WANTED, soon)
    }
  }, [ready])
  if (!isThere) return null
  const choose = ({ title, url }: FoundArticle) => {
    setOpen(false)
    if (url !== null) onInsert({ title, url: new URL(url, location.origin).href })
  }
  return (
    <>
      <CommandButton id="compose.article" />
      <Dialog open={open} onClose={() => setOpen(false)} title={t('command.insertArticle')}>
        <div className="flex min-h-0 flex-col px-6 pb-5">{open && <ArticleSearch centre={null} language={language} live label={t('command.insertArticle')} placeholder={t('articles.search')} onChoose={choose} />}</div>
      </Dialog>
    </>
  )
}
