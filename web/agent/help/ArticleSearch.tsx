import { useQuery } from '@tanstack/react-query'
import { FileText, Link2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import type { Page } from '../api/types'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { useRested } from '../settings/priority/useRested'
import { CONTROL } from '../ui/Field'
import { useCombobox } from '../ui/useCombobox'
import { HELP } from './queries'
import type { ArticleMatch, ArticleRow } from './types'

/** `url` is null while not everybody may open it. */
export type FoundArticle = Pick<ArticleMatch, 'id' | 'title' | 'language' | 'url' | 'snippet'>

type Props = {
  centre: number | null
  language: string | null
  label: string
  placeholder: string
  initial?: string
  live?: boolean
  onChoose: (article: FoundArticle) => void
  /** Enter on an address that is no article. */
  onText?: (text: string) => void
}

/** Articles as one types; an address is taken as it is. `live`: only what readers can open. */
export function ArticleSearch({ centre, language, label, placeholder, initial = '', live = false, onChoose, onText }: Props) {
  const t = useT()
  const say = useProblemText()
  const [text, setText] = useState(initial)
  const [active, setActive] = useState(0)
  const rested = useRested(text.trim())
  const isAddress = /^(?:https?:|mailto:|tel:|\/|#)/i.test(text.trim())
  const found = useQuery({
    queryKey: [...HELP, 'search', centre, language, live, rested],
    queryFn: ({ signal }) => searchArticles(rested, { centre, language, live }, signal),
    enabled: rested !== '' && !isAddress,
    placeholderData: (old) => old,
    staleTime: 30_000,
  })
  const hits = rested === '' || isAddress ? [] : (found.data ?? []).filter((hit) => !live || hit.url !== null)
  const enter = () => {
    const hit = hits[active]
    if (isAddress) onText?.(text.trim())
    else if (hit) onChoose(hit)
  }
  const { field, list, optionId } = useCombobox({ count: hits.length, active: Math.min(active, hits.length - 1), onActive: setActive, onEnter: enter })
  return (
    <>
      <input
        {...field}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the dialog is opened to type in
        autoFocus
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={1000}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
        }}
        className={`${CONTROL} h-9`}
      />
      <div {...list} aria-label={label} className="mt-2 min-h-0 overflow-y-auto">
        {found.error && <p className="px-2 py-1 text-secondary text-wrong">{say(found.error).title}</p>}
        {hits.map((hit, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above handles the keys (combobox pattern)
          <div
            key={`${hit.id}${hit.language}`}
            id={optionId(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onMouseMove={() => setActive(index)}
            onClick={() => onChoose(hit)}
            className="flex min-h-9 items-center gap-3 rounded-control px-2 aria-selected:bg-hover pointer-coarse:min-h-11"
          >
            <FileText size={16} className="shrink-0 text-ink-3" aria-hidden />
            <span className="min-w-0 grow">
              <span className="block truncate">{hit.title || t('articles.untitled')}</span>
              {hit.snippet && <span className="block truncate text-secondary text-ink-3">{hit.snippet}</span>}
            </span>
            {hit.url === null && <span className="shrink-0 text-secondary text-ink-3">{t('link.hidden')}</span>}
            <span className="shrink-0 text-secondary text-ink-3 uppercase">{hit.language}</span>
          </div>
        ))}
      </div>
      {rested !== '' && !isAddress && found.data && hits.length === 0 && <p className="px-2 py-2 text-secondary text-ink-3">{t('link.nothing')}</p>}
      {isAddress && onText && (
        <button type="button" onClick={() => onText(text.trim())} className="mt-2 flex min-h-9 w-full items-center gap-3 rounded-control px-2 text-left hover:bg-hover">
          <Link2 size={16} className="shrink-0 text-ink-3" aria-hidden />
          <span className="min-w-0 truncate">{t('link.take', { address: text.trim() })}</span>
        </button>
      )}
    </>
  )
}

/** What readers can find first, in the order of the one search everything uses; then drafts and others whose words fit. */
async function searchArticles(q: string, { centre, language, live }: { centre: number | null; language: string | null; live: boolean }, signal: AbortSignal): Promise<FoundArticle[]> {
  const [found, listed] = await Promise.all([
    api.get<Page<ArticleMatch>>('/api/search/articles', { q, centre_id: centre, language, limit: 8 }, signal),
    live ? null : api.get<Page<ArticleRow>>('/api/help/articles', { q, centre_id: centre, limit: 8 }, signal),
  ])
  const known = new Set(found.items.map((one) => one.id))
  const more = (listed?.items ?? []).filter((one) => !known.has(one.id))
  return [
    ...found.items.map(({ id, title, language: tag, url, snippet }) => ({ id, title, language: tag, url, snippet })),
    ...more.map((row) => ({ id: row.id, title: row.title, language: row.source_language, url: null, snippet: '' })),
  ].slice(0, 12)
}
