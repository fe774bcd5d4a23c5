import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLanguage, useT } from '../../app/i18n'
import { languageName } from '../names'
import { diffQuery } from '../queries'
import type { Article, Centre } from '../types'
import { DiffView } from './DiffView'
import { Reading } from './Preview'

/** The source language beside the translation, and what in it has changed since this was translated. */
export function Compare({ article, centre, language }: { article: Article; centre: Centre; language: string }) {
  const t = useT()
  const ui = useLanguage()
  const source = article.texts[article.source_language]!
  const mine = article.texts[language]
  const since = mine?.stale && mine.made_from !== null && mine.live_source !== null ? { older: mine.made_from, newer: mine.live_source } : null
  const [changed, setChanged] = useState(since !== null)
  const diff = useQuery({ ...diffQuery(article.id, article.source_language, since?.older ?? null, since?.newer ?? null), enabled: since !== null && changed })
  const name = languageName(article.source_language, ui)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={t('compare.label', { language: name })} className="min-h-0 min-w-0 grow basis-0 overflow-y-auto border-r border-line bg-panel px-8 pt-8 pb-16 outline-offset-[-2px] max-[719px]:px-4">
      <div className="mb-2 flex min-h-7 flex-wrap items-center gap-2 text-secondary text-ink-3">
        <span>{name}</span>
        {since && (
          <span role="group" className="inline-flex rounded-control border border-line-strong">
            {[true, false].map((one) => (
              <button key={String(one)} type="button" aria-pressed={changed === one} onClick={() => setChanged(one)} className="target px-2 text-ink-2 aria-pressed:bg-accent-soft aria-pressed:text-accent-ink">
                {t(one ? 'compare.changes' : 'compare.whole')}
              </button>
            ))}
          </span>
        )}
      </div>
      {changed && diff.data ? (
        <DiffView diff={diff.data} />
      ) : (
        <>
          <p lang={article.source_language} className="text-[28px] leading-9 font-strong tracking-tight">{source.title}</p>
          {source.summary && <p lang={article.source_language} className="mt-1 text-thread text-ink-2">{source.summary}</p>}
          <div className="mt-4">
            <Reading body={source.body} centre={centre.id} language={article.source_language} />
          </div>
        </>
      )}
    </section>
  )
}
