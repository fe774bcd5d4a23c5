import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useT } from '../../app/i18n'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { ArticleSearch } from '../ArticleSearch'
import type { Article, Centre } from '../types'
import { openArticle } from '../useNewArticle'

/** Where readers may go next, in this order. */
export function Related({ article, centre, language, disabled, onChange }: { article: Article; centre: Centre; language: string; disabled: boolean; onChange: (ids: number[]) => void }) {
  const t = useT()
  const [choosing, setChoosing] = useState(false)
  const ids = article.related.map((one) => one.id)
  return (
    <section aria-label={t('side.related')}>
      <p className="text-secondary font-medium text-ink-2">{t('side.related')}</p>
      <ul>
        {article.related.map((one) => (
          <li key={one.id} className="flex min-h-8 items-center gap-1">
            <button type="button" onClick={() => openArticle(one.id)} className="min-w-0 grow truncate rounded-control text-left underline-offset-2 hover:underline">
              {one.title || t('articles.untitled')}
            </button>
            {!disabled && (
              <IconButton label={t('side.removeRelated', { title: one.title })} onClick={() => onChange(ids.filter((id) => id !== one.id))}>
                <X size={14} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {!disabled && ids.length < 20 && (
        <Button variant="plain" className="-ml-3" onClick={() => setChoosing(true)}>
          <Plus size={16} aria-hidden />
          {t('side.addRelated')}
        </Button>
      )}
      <Dialog open={choosing} onClose={() => setChoosing(false)} title={t('side.addRelated')}>
        <div className="flex min-h-0 flex-col px-6 pb-5">
          <ArticleSearch
            centre={centre.id}
            language={language}
            label={t('side.addRelated')}
            placeholder={t('articles.search')}
            onChoose={(found) => {
              setChoosing(false)
              if (found.id !== article.id && !ids.includes(found.id)) onChange([...ids, found.id])
            }}
          />
        </div>
      </Dialog>
    </section>
  )
}
