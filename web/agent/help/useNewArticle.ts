import { useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { notify } from '../ui/toasts'
import { articleKey, HELP } from './queries'
import type { Article } from './types'

export type Source = { type: 'conversation'; id: string } | { type: 'searches'; queries: string[] } | { type: 'reply'; title?: string; text: string }
export type NewArticle = { centre_id: number; collection_id?: number | null; language?: string; title?: string; source?: Source }

export function openArticle(id: number, language?: string | null): void {
  navigate({ page: 'articles', section: 'edit', item: String(id) }, { search: language ? `?language=${encodeURIComponent(language)}` : '' })
}

/** Makes an article and opens it. False when it could not be made; the reason is said. */
export function useNewArticle(): (body: NewArticle) => Promise<boolean> {
  const client = useQueryClient()
  const say = useProblemText()
  return async (body) => {
    try {
      const article = await api.post<Article>('/api/help/articles', body)
      void client.invalidateQueries({ queryKey: HELP })
      client.setQueryData(articleKey(article.id), article)
      openArticle(article.id, body.language)
      return true
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong' })
      return false
    }
  }
}
