import { useQuery } from '@tanstack/react-query'
import { CornerDownLeft } from 'lucide-react'
import { api } from '../api/client'
import type { Conversation, Page } from '../api/types'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { IconButton } from '../ui/Button'
import { insertArticle } from './InsertArticle'
import { HELP } from './queries'
import type { ArticleMatch } from './types'

type Found = Page<ArticleMatch> & { good?: boolean }

const SHOWN = 3
const MOST = 500

/** Articles that answer what is asked, beside the conversation; nothing where the search is not sure. */
export function Fitting({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const mayRead = useMay('help.read')
  const q = [conversation.subject, conversation.preview].filter(Boolean).join(' ').slice(0, MOST)
  const found = useQuery({
    queryKey: [...HELP, 'fitting', conversation.id, q],
    queryFn: ({ signal }) => api.get<Found>('/api/search/articles', { q, limit: SHOWN }, signal),
    enabled: mayRead && q !== '',
    staleTime: 5 * 60_000,
    retry: false,
  }).data
  const items = found?.good ? found.items : []
  if (items.length === 0) return null
  return (
    <section aria-label={t('fitting.title')} className="border-b border-line px-4 py-3">
      <h2 className="text-secondary font-medium text-ink-2">{t('fitting.title')}</h2>
      <ul className="mt-1">
        {items.map((one) => (
          <li key={`${one.id}${one.language}`} className="flex min-h-8 items-center gap-1">
            <a href={one.url ?? `/articles/edit/${one.id}`} target="_blank" rel="noreferrer" lang={one.language} title={one.snippet} className="min-w-0 grow truncate text-ink no-underline hover:underline">
              {one.title}
            </a>
            {one.url !== null && conversation.can.includes('reply') && (
              <IconButton label={t('fitting.insert', { title: one.title })} onClick={() => insertArticle({ title: one.title, url: new URL(one.url!, location.origin).href })}>
                <CornerDownLeft size={14} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
