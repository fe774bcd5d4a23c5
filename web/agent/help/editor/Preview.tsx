import { useQuery } from '@tanstack/react-query'
import { useT } from '../../app/i18n'
import { api } from '../../api/client'
import { useTheme } from '../../app/useTheme'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { useProblemText } from '../../app/problems'
import type { Article, Rendered } from '../types'
import type { Fields } from './useText'

/** The text as readers get it: the public page itself, in a frame of its own where nothing can leave it. */
export function Preview({ article, language, fields }: { article: Article; language: string; fields: Fields }) {
  const t = useT()
  const theme = useTheme()
  const version = article.texts[language]?.version ?? 0
  return (
    <iframe
      key={version}
      src={`/api/help/articles/${article.id}/texts/${language}/page?theme=${theme}&v=${version}`}
      title={t('editor.previewOf', { title: fields.title || t('articles.untitled') })}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      onLoad={(event) => {
        // The preview stays what it is: links open beside it.
        for (const link of event.currentTarget.contentDocument?.querySelectorAll<HTMLAnchorElement>('a[href]:not([href^="#"])') ?? []) link.target = '_blank'
      }}
      className="min-h-0 w-full grow bg-paper"
    />
  )
}

/** Markdown as the server renders it, for reading beside one's own text. */
export function Reading({ body, centre, language }: { body: string; centre: number; language: string }) {
  const say = useProblemText()
  const html = useQuery({
    queryKey: ['help-preview', centre, language, body],
    queryFn: () => api.post<Rendered>('/api/help/preview', { body, centre_id: centre, language }),
    staleTime: Infinity,
  })
  if (html.error) return <ErrorNote {...say(html.error)} />
  if (!html.data) return <Skeleton rows={4} />
  // The server's renderer escapes what is written and lets no script or handler through (hark.help.markdown).
  return <div lang={language} className="article-text" dangerouslySetInnerHTML={{ __html: html.data.html }} />
}
