import { Columns2, Copy } from 'lucide-react'
import { useLanguage, useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { languageName } from '../names'
import type { ArticleText } from '../types'

/** An empty translation says how one begins. */
export function Helper({ source, language, onCopy, onCompare }: { source: ArticleText; language: string; onCopy: () => void; onCompare: () => void }) {
  const t = useT()
  const ui = useLanguage()
  const name = languageName(language, ui)
  return (
    <div className="mt-4 rounded-card border border-line bg-panel px-4 py-3">
      <p className="font-medium">{t('helper.title')}</p>
      <p className="mt-0.5 text-secondary text-ink-3">{t('helper.text', { title: source.title || t('articles.untitled') })}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button onClick={onCopy}>
          <Copy size={16} aria-hidden />
          {t('helper.copy', { language: name })}
        </Button>
        <Button onClick={onCompare}>
          <Columns2 size={16} aria-hidden />
          {t('helper.compare', { language: name })}
        </Button>
      </div>
    </div>
  )
}
