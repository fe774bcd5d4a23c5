import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../api/client'
import type { Page } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { type Standing, standing, StandingMark } from '../Badge'
import { languageName } from '../names'
import { HELP } from '../queries'
import type { ArticleRow, Centre } from '../types'
import type { Filter } from './filter'

const SHOWN: readonly Standing[] = ['live', 'changed', 'stale', 'review', 'draft', 'missing']
const AS_FILTER: Partial<Record<Standing, Filter['state']>> = { live: 'published', stale: 'stale', review: 'review', draft: 'draft', missing: 'missing' }
const TONE: Record<Standing, string> = { live: 'text-done', changed: 'text-done', stale: 'text-note-ink', review: 'text-accent-ink', draft: 'text-ink-2', missing: 'text-ink-3', archived: 'text-ink-3' }

/** How far each language has come: a bar of what readers see, and the counts that ask for somebody. */
export function Overview({ centre, filter, onFilter }: { centre: Centre; filter: Filter; onFilter: (more: Partial<Filter>) => void }) {
  const t = useT()
  const language = useLanguage()
  const [all] = useQueries({
    queries: [
      {
        queryKey: [...HELP, 'articles', centre.id, 'all'],
        queryFn: ({ signal }: { signal: AbortSignal }) => everything(centre.id, signal),
        staleTime: 60_000,
      },
    ],
  })
  const counts = useMemo(() => {
    const table = new Map(centre.languages.map((tag) => [tag, new Map<Standing, number>()]))
    for (const row of all.data ?? []) {
      for (const state of row.languages) {
        const column = table.get(state.language)
        const of = standing(state)
        if (column) column.set(of, (column.get(of) ?? 0) + 1)
      }
    }
    return table
  }, [all.data, centre.languages])
  const total = all.data?.length ?? 0
  if (total === 0) return null
  return (
    <ul aria-label={t('overview.label')} className="mt-4 grid grid-cols-[repeat(auto-fit,minmax(260px,1fr))] gap-3 max-[719px]:-mx-4 max-[719px]:flex max-[719px]:overflow-x-auto max-[719px]:px-4">
      {centre.languages.map((tag) => {
        const column = counts.get(tag)!
        const live = (column.get('live') ?? 0) + (column.get('changed') ?? 0) + (column.get('stale') ?? 0)
        return (
          <li key={tag} className="rounded-card border border-line px-4 py-3 max-[719px]:w-64 max-[719px]:shrink-0">
            <p className="flex items-baseline justify-between gap-2">
              <span className="font-medium">{languageName(tag, language)}</span>
              <span className="tabular text-secondary text-ink-3">{t('overview.live', { live, total })}</span>
            </p>
            <span className="mt-2 flex h-1.5 overflow-hidden rounded-full bg-line" aria-hidden>
              <span className="bg-done" style={{ width: `${(100 * (live - (column.get('stale') ?? 0))) / total}%` }} />
              <span className="hatched border-0!" style={{ width: `${(100 * (column.get('stale') ?? 0)) / total}%` }} />
            </span>
            <span className="-mx-1.5 mt-2 flex flex-wrap gap-x-1">
              {SHOWN.filter((of) => of !== 'live' && (column.get(of) ?? 0) > 0).map((of) => {
                const state = AS_FILTER[of] ?? null
                const isOn = filter.language === tag && filter.state === state
                const text = `${t(`standing.${of}`)} ${column.get(of)}`
                if (state === null) {
                  return (
                    <span key={of} className="tabular inline-flex min-h-7 items-center gap-1.5 px-1.5 text-secondary text-ink-2">
                      <span className={TONE[of]}>
                        <StandingMark of={of} />
                      </span>
                      {text}
                    </span>
                  )
                }
                return (
                  <button
                    key={of}
                    type="button"
                    aria-pressed={isOn}
                    onClick={() => onFilter(isOn ? { language: null, state: null } : { language: tag, state })}
                    className="tabular target inline-flex items-center gap-1.5 rounded-control px-1.5 text-secondary text-ink-2 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
                  >
                    <span className={TONE[of]}>
                      <StandingMark of={of} />
                    </span>
                    {text}
                  </button>
                )
              })}
              {live === total && (column.get('stale') ?? 0) === 0 && (column.get('changed') ?? 0) === 0 && <span className="px-1.5 text-secondary leading-7 text-ink-3">{t('overview.done')}</span>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** Every article that is not put away; the lists of even large help centres are a few pages. */
async function everything(centre: number, signal: AbortSignal): Promise<ArticleRow[]> {
  const rows: ArticleRow[] = []
  let cursor: string | null = null
  do {
    const page: Page<ArticleRow> = await api.get<Page<ArticleRow>>('/api/help/articles', { centre_id: centre, cursor, limit: 200 }, signal)
    rows.push(...page.items)
    cursor = page.next ?? null
  } while (cursor !== null)
  return rows.filter((row) => row.languages.some((one) => one.state !== 'archived' && one.state !== 'missing'))
}
