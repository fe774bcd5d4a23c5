import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { BookOpen } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { navigate, useSearch } from '../../app/router'
import { useCommands } from '../../commands/registry'
import { useChange } from '../../settings/parts'
import { Button, CommandButton } from '../../ui/Button'
import { CONTROL, Select } from '../../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import { SearchField } from '../../ui/SearchField'
import { collectionName, languageName, shelves } from '../names'
import { articlesQuery, collectionsQuery, HELP } from '../queries'
import type { Centre } from '../types'
import { openArticle } from '../useNewArticle'
import { ArticleLine } from './ArticleLine'
import { type Filter, filterSearch, moved, parseFilter, STATES } from './filter'
import { Overview } from './Overview'
import { FirstArticle } from './FirstArticle'

export default function Articles({ centre }: { centre: Centre }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const search = useSearch()
  const filter = useMemo(() => parseFilter(search), [search])
  const collections = useQuery(collectionsQuery(centre.id)).data ?? []
  const articles = useInfiniteQuery(articlesQuery(centre.id, filter))
  const change = useChange([HELP])
  const list = useRef<HTMLUListElement>(null)
  const mayWrite = useMay('help.write')
  const rows = useMemo(() => articles.data?.pages.flatMap((page) => page.items) ?? [], [articles.data])
  const set = (more: Partial<Filter>) => navigate({ page: 'articles', section: 'list', item: null }, { search: filterSearch({ ...filter, ...more }), replace: true })
  const isFiltered = filterSearch(filter) !== ''
  /** Order is a matter of one shelf, and only while all of it is on screen. */
  const isOrdered = mayWrite && filter.collection !== null && filter.q === '' && filter.state === null && filter.visibility === null && !articles.hasNextPage
  const order = (id: number, to: number) => {
    const ids = moved(rows.map((row) => row.id), id, to)
    void change(() => api.post('/api/help/articles/order', { ids })).then(() => list.current?.querySelector<HTMLElement>(`[data-row="${id}"] a`)?.focus())
  }
  const step = (by: 1 | -1) => () => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-row] a') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLElement)
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus()
  }
  useCommands({ 'list.next': rows.length > 0 && step(1), 'list.previous': rows.length > 0 && step(-1) })

  if (articles.data && rows.length === 0 && !isFiltered) return <FirstArticle centre={centre} />
  return (
    <>
      <header className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 grow text-title font-strong">{t('articles.nav')}</h1>
        <CommandButton id="articles.new" withLabel variant="primary" />
      </header>
      <Overview centre={centre} filter={filter} onFilter={set} />
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <SearchField value={filter.q} onChange={(q) => set({ q })} label={t('articles.search')} placeholder={t('articles.search')} className="min-w-56 basis-64" inputClass={`${CONTROL} h-8 pointer-coarse:h-11`} />
        <Select aria-label={t('articles.collection')} value={filter.collection ?? ''} onChange={(event) => set({ collection: event.target.value === '' ? null : Number(event.target.value) })} className="w-auto! max-w-56">
          <option value="">{t('articles.allCollections')}</option>
          {shelves(collections).map(({ collection, depth }) => (
            <option key={collection.id} value={collection.id}>
              {depth === 1 ? '– ' : ''}
              {collectionName(collection, [language, ...centre.languages])} ({collection.articles})
            </option>
          ))}
          <option value="0">{t('articles.noCollection')}</option>
        </Select>
        {centre.languages.length > 1 && (
          <Select aria-label={t('articles.language')} value={filter.language ?? ''} onChange={(event) => set({ language: event.target.value || null })} className="w-auto!">
            <option value="">{t('articles.anyLanguage')}</option>
            {centre.languages.map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag, language)}
              </option>
            ))}
          </Select>
        )}
        <Select aria-label={t('articles.state')} value={filter.state ?? ''} onChange={(event) => set({ state: STATES.find((one) => one === event.target.value) ?? null })} className="w-auto!">
          <option value="">{t('articles.anyState')}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {t(`articles.state.${state}`)}
            </option>
          ))}
        </Select>
        <Select aria-label={t('articles.visibility')} value={filter.visibility ?? ''} onChange={(event) => set({ visibility: (event.target.value || null) as Filter['visibility'] })} className="w-auto!">
          <option value="">{t('articles.anybody')}</option>
          {(['public', 'internal', 'segment'] as const).map((one) => (
            <option key={one} value={one}>
              {t(`visibility.${one}`)}
            </option>
          ))}
        </Select>
      </div>
      {articles.error && !articles.data && <ErrorNote {...say(articles.error)} onRetry={() => void articles.refetch()} className="mt-4" />}
      {articles.isPending && !articles.error && <Skeleton rows={5} />}
      {articles.data && rows.length === 0 && (
        <Empty icon={BookOpen} title={t('articles.nothing')} text={t('articles.nothingText')}>
          <Button onClick={() => navigate({ page: 'articles', section: 'list', item: null }, { search: '' })}>{t('articles.showAll')}</Button>
        </Empty>
      )}
      {isOrdered && rows.length > 1 && <p className="mt-4 text-secondary text-ink-3">{t('articles.orderHint')}</p>}
      <ul ref={list} aria-label={t('articles.nav')} className={`mt-3 ${articles.isPlaceholderData ? 'opacity-60 transition-opacity' : ''}`}>
        {rows.map((row, index) => (
          <ArticleLine
            key={row.id}
            row={row}
            centre={centre}
            collections={collections}
            language={filter.language}
            inCollection={filter.collection !== null}
            onMove={isOrdered ? (to) => order(row.id, to) : null}
            index={index}
            onTake={(from, below) => order(from, rows.filter((one) => one.id !== from).findIndex((one) => one.id === row.id) + (below ? 1 : 0))}
            onOpen={(tag) => openArticle(row.id, tag)}
          />
        ))}
      </ul>
      {articles.hasNextPage && (
        <Button variant="plain" busy={articles.isFetchingNextPage} onClick={() => void articles.fetchNextPage()} className="mt-2">
          {t('action.more')}
        </Button>
      )}
    </>
  )
}
