import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { navigate, useSearch } from '../../app/router'
import { Button } from '../../ui/Button'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { articleQuery } from '../queries'
import type { Centre } from '../types'
import { TextEditor } from './TextEditor'

/** How soon a colleague's words are seen here. */
const OTHERS_MS = 15_000

/** An article on the desk: whichever of its languages the address names. */
export default function Editing({ id, centres }: { id: number; centres: readonly Centre[] }) {
  const t = useT()
  const say = useProblemText()
  const search = useSearch()
  const article = useQuery({ ...articleQuery(id), refetchInterval: OTHERS_MS, refetchOnWindowFocus: true })
  const centre = centres.find((one) => one.id === article.data?.centre_id)
  const language = useMemo(() => {
    const asked = new URLSearchParams(search).get('language')
    const has = (tag: string | null) => tag !== null && (centre?.languages.includes(tag) || article.data?.texts[tag] !== undefined)
    return has(asked) ? asked! : (article.data?.source_language ?? '')
  }, [search, centre, article.data])
  if (article.error && !article.data) {
    return (
      <div className="mx-auto mt-12 flex max-w-[480px] flex-col items-start gap-4 p-4">
        <ErrorNote {...say(article.error)} onRetry={() => void article.refetch()} />
        <Button onClick={() => navigate({ page: 'articles', section: 'list', item: null }, { search: '' })}>{t('action.back')}</Button>
      </div>
    )
  }
  if (!article.data || !centre) return <Skeleton rows={6} className="grow" />
  return <TextEditor key={language} article={article.data} centre={centre} language={language} />
}
