import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { ArticleSearch } from '../help/ArticleSearch'
import { Button } from '../ui/Button'

/** The article a block shows, looked for by its words. */
export function ArticleChoice({ id, language, onChange }: { id: number; language: string; onChange: (id: number) => void }) {
  const t = useT()
  const [choosing, setChoosing] = useState(false)
  const article = useQuery({ queryKey: ['bots', 'article', id], queryFn: ({ signal }) => api.get<{ title: string }>(`/api/help/articles/${id}`, {}, signal), retry: false }).data
  return (
    <div className="flex flex-col gap-1">
      <p className="text-secondary font-medium text-ink-2">{t('bots.block.article')}</p>
      <p className="truncate">{article?.title ?? t('bots.articleNumber', { n: id })}</p>
      {choosing ? (
        <ArticleSearch
          centre={null}
          language={language}
          label={t('bots.findArticle')}
          placeholder={t('bots.findArticle')}
          live
          onChoose={(found) => {
            onChange(found.id)
            setChoosing(false)
          }}
        />
      ) : (
        <Button className="self-start" onClick={() => setChoosing(true)}>
          {t('bots.findArticle')}
        </Button>
      )}
    </div>
  )
}
