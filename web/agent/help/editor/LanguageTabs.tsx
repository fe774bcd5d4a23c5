import { useLanguage, useT } from '../../app/i18n'
import { standing, STANDING, StandingMark } from '../Badge'
import { languageName } from '../names'
import type { Article, Centre } from '../types'

/** Every language of the centre and how it stands; a missing one begins with a click. */
export function LanguageTabs({ article, centre, language, onChoose }: { article: Article; centre: Centre; language: string; onChoose: (tag: string) => void }) {
  const t = useT()
  const ui = useLanguage()
  const tags = [...new Set([...centre.languages, ...article.languages.map((one) => one.language)])]
  if (tags.length < 2) return null
  return (
    <div role="tablist" aria-label={t('articles.language')} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-4 max-[719px]:px-2">
      {tags.map((tag) => {
        const state = article.languages.find((one) => one.language === tag)
        const of = state ? standing(state) : 'missing'
        return (
          <button
            key={tag}
            type="button"
            role="tab"
            aria-selected={tag === language}
            onClick={() => tag !== language && onChoose(tag)}
            className="-mb-px inline-flex h-9 shrink-0 items-center gap-2 border-b-2 border-transparent px-2.5 text-ink-2 hover:text-ink aria-selected:border-accent aria-selected:font-medium aria-selected:text-ink pointer-coarse:h-11"
          >
            {languageName(tag, ui)}
            {tag === article.source_language && <span className="text-secondary font-regular text-ink-3">{t('editor.sourceLanguage')}</span>}
            <span className={`inline-flex items-center gap-1 text-[12px] font-regular ${of === 'stale' ? 'text-note-ink' : of === 'live' ? 'text-done' : 'text-ink-3'}`}>
              <StandingMark of={of} size={9} />
              {t(STANDING[of])}
            </span>
          </button>
        )
      })}
    </div>
  )
}
