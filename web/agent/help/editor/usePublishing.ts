import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { notify } from '../../ui/toasts'
import { articleKey, HELP } from '../queries'
import type { Article, BrokenLink, Published } from '../types'

export type Publishing = ReturnType<typeof usePublishing>

/** The way of a text to its readers: review, back, published, put away. Each first saves what is written. */
export function usePublishing(article: Article, language: string, flush: () => Promise<boolean>) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [broken, setBroken] = useState<BrokenLink[]>([])
  const path = `/api/help/articles/${article.id}/texts/${language}`
  const mayPublish = article.can.includes('publish')
  const version = () => client.getQueryData<Article>(articleKey(article.id))?.texts[language]?.version ?? 0

  const run = async (act: () => Promise<Article | Published | undefined>, done: string): Promise<boolean> => {
    setBusy(true)
    try {
      if (!(await flush())) return false
      const answer = await act()
      const fresh = answer && ('article' in answer ? answer.article : answer)
      if (fresh) client.setQueryData(articleKey(article.id), fresh)
      setBroken(answer && 'broken_links' in answer ? answer.broken_links : [])
      void client.invalidateQueries({ queryKey: HELP })
      notify({ text: done })
      return true
    } catch (error) {
      const { title, text } = say(error)
      notify({ text: [title, text].filter(Boolean).join(' '), tone: 'wrong', seconds: 10 })
      return false
    } finally {
      setBusy(false)
    }
  }
  const title = article.texts[language]?.title || t('articles.untitled')
  return {
    busy,
    broken,
    mayPublish,
    publish: (upToDate: boolean) => run(() => api.post<Published>(`${path}/publish`, { version: version(), up_to_date: upToDate }), t('editor.publishedNow', { title })),
    askReview: (reviewer: number | null, note: string) => run(() => api.post<Article>(`${path}/review`, { version: version(), reviewer_id: reviewer, note }), t('editor.reviewAsked')),
    sendBack: (note: string) => run(() => api.post<Article>(`${path}/return`, { note }), t('editor.sentBack')),
    archive: () => run(() => api.post<Article>(`${path}/archive`), t('editor.archivedNow', { title })),
    remove: () => run(() => api.delete<Article>(path), t('editor.languageRemoved')),
    restore: (number: number) => run(() => api.post<Article>(`${path}/restore`, { number, version: version() }), t('history.restored', { n: number })),
  }
}
