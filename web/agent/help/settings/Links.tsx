import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useLanguage, useT } from '../../app/i18n'
import { CardList, Loaded, PageHead } from '../../settings/parts'
import { Empty } from '../../ui/Notice'
import { languageName } from '../names'
import { brokenQuery } from '../queries'
import type { Centre } from '../types'
import { openArticle } from '../useNewArticle'

/** Links in articles that lead nowhere, each with the way to mend it. */
export default function Links({ centre }: { centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const broken = useQuery(brokenQuery(centre.id))
  return (
    <>
      <PageHead title={t('links.nav')} text={t('links.text')} />
      <Loaded query={broken} empty={<Empty icon={CircleCheck} title={t('links.none')} text={t('links.noneText')} />}>
        {(items) => (
          <CardList label={t('links.nav')}>
            {items.map((one, index) => (
              <li key={index}>
                <button type="button" aria-label={t('links.mend', { title: one.title || t('articles.untitled'), target: one.target })} onClick={() => openArticle(one.article_id, one.language)} className="flex min-h-12 w-full items-center gap-4 px-4 py-2 text-left hover:bg-panel max-[719px]:flex-col max-[719px]:items-start max-[719px]:gap-0">
                  <span className="min-w-0 grow basis-60">
                    <span className="block truncate font-medium">{one.title || t('articles.untitled')}</span>
                    <span className="block text-secondary text-ink-3">{languageName(one.language, ui)}</span>
                  </span>
                  <span className="min-w-0 grow basis-60 text-secondary">
                    <span className="block truncate text-ink-2">{one.text || one.target}</span>
                    <span className="block truncate text-ink-3">
                      {one.target} · {t(`broken.${one.problem}`)}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </CardList>
        )}
      </Loaded>
    </>
  )
}
