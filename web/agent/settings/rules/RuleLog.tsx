import { useInfiniteQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { dayAndTime } from '../../../shared/time'
import { api } from '../../api/client'
import type { Page, Rule } from '../../api/types'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { href } from '../../app/router'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import type { RuleRun } from './types'

/** Everything a rule did in the last 90 days, newest first. */
export function RuleLog({ rule }: { rule: Rule }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const now = useNow()
  const runs = useInfiniteQuery({
    queryKey: ['rule-runs', rule.id],
    queryFn: ({ pageParam, signal }) => api.get<Page<RuleRun>>(`/api/rules/${rule.id}/runs`, { cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  })
  const items = runs.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="overflow-y-auto px-6 pb-6">
      {runs.error && <ErrorNote {...say(runs.error)} onRetry={() => void runs.refetch()} />}
      {runs.isPending && !runs.error && <Skeleton rows={4} />}
      {runs.data && items.length === 0 && <Empty icon={ScrollText} title={t('rules.noRuns')} text={t('rules.noRunsText')} />}
      <ul aria-label={t('rules.log')}>
        {items.map((run) => (
          <li key={run.id} className="border-b border-line py-2 last:border-0">
            <p className="flex items-baseline gap-3">
              <a href={href({ page: 'inbox', conversation: run.conversation_id })} className="min-w-0 grow truncate">
                {run.subject || t('list.noSubject')}
              </a>
              <span className="tabular shrink-0 text-secondary text-ink-3">{dayAndTime(run.at, now, language)}</span>
            </p>
            <p className={`text-secondary ${run.problem ? 'text-wrong' : 'text-ink-3'}`}>
              {t(`rules.outcome.${run.outcome}`)}
              {run.did.length > 0 && `: ${run.did.map((one) => t(`rules.would.${one}` as Key)).join(', ')}`}
              {run.problem && ` ${run.problem}`}
            </p>
          </li>
        ))}
      </ul>
      {runs.hasNextPage && (
        <Button onClick={() => void runs.fetchNextPage()} disabled={runs.isFetchingNextPage} className="mt-3">
          {t('action.more')}
        </Button>
      )}
    </div>
  )
}
