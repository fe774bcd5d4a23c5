import { useQuery } from '@tanstack/react-query'
import { History as Clock, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { useNow } from '../../app/useNow'
import { Button, IconButton } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import { diffQuery, versionsQuery } from '../queries'
import type { Article } from '../types'
import { DiffView } from './DiffView'
import { usePublishing } from './usePublishing'
import type { useText } from './useText'

/** Every published version, what changed since, and the way back to any of them. */
export function History({ article, language, text, onClose }: { article: Article; language: string; text: ReturnType<typeof useText>; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const ui = useLanguage()
  const now = useNow()
  const { agent } = useDirectory()
  const versions = useQuery(versionsQuery(article.id, language))
  const [chosen, setChosen] = useState<number | null>(null)
  const [against, setAgainst] = useState<'now' | 'before'>(article.texts[language]?.changed ? 'now' : 'before')
  const { restore, busy } = usePublishing(article, language, text.flush)
  const list = versions.data ?? []
  const number = chosen ?? list[0]?.number ?? null
  const before = list.find((one) => number !== null && one.number < number)?.number ?? null
  const isNow = against === 'now' || before === null
  const pair = isNow ? { older: number, newer: null } : { older: before, newer: number }
  const diff = useQuery({ ...diffQuery(article.id, language, pair.older, pair.newer), enabled: number !== null })
  const bring = async () => {
    if (number !== null && (await restore(number))) onClose()
  }
  if (versions.error) return <ErrorNote {...say(versions.error)} onRetry={() => void versions.refetch()} className="m-6" />
  if (!versions.data) return <Skeleton rows={4} className="m-2" />
  if (list.length === 0) return <Empty icon={Clock} title={t('history.empty')} text={t('history.emptyText')} />
  return (
    <div className="flex min-h-0 grow max-[719px]:flex-col">
      <nav aria-label={t('command.history')} className="w-72 shrink-0 overflow-y-auto border-r border-line bg-panel p-3 max-[719px]:max-h-48 max-[719px]:w-full max-[719px]:border-r-0 max-[719px]:border-b">
        <ul>
          {list.map((version) => (
            <li key={version.number}>
              <button
                type="button"
                aria-current={version.number === number}
                onClick={() => setChosen(version.number)}
                className="flex w-full flex-col rounded-control px-3 py-2 text-left hover:bg-hover aria-current:bg-pressed"
              >
                <span className="flex items-center gap-2 font-medium">
                  <span className="tabular">{t('history.version', { n: version.number })}</span>
                  {version.live && <Chip tone="done">{t('history.live')}</Chip>}
                </span>
                <span className="truncate text-secondary text-ink-2">{version.title}</span>
                <span className="text-secondary text-ink-3" title={absolute(version.created_at, ui)}>
                  {[version.created_by === null ? null : agent(version.created_by)?.name, moment(version.created_at, now, ui)].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={t('history.changes')} className="min-h-0 min-w-0 grow overflow-y-auto px-6 py-4 outline-offset-[-2px]">
        <div className="mx-auto max-w-[860px]">
          <div className="mb-4 flex flex-wrap items-center gap-2">
            <span role="group" aria-label={t('history.against')} className="inline-flex overflow-hidden rounded-control border border-line-strong">
              {(['now', 'before'] as const).map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={isNow === (one === 'now')}
                  disabled={one === 'before' && before === null}
                  onClick={() => setAgainst(one)}
                  className="target px-3 text-ink-2 disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
                >
                  {t(one === 'now' ? 'history.toNow' : 'history.toBefore')}
                </button>
              ))}
            </span>
            <span className="grow" />
            {article.can.includes('write') && (
              <Button busy={busy} onClick={() => void bring()}>
                <RotateCcw size={16} aria-hidden />
                {t('history.restore', { n: number ?? 0 })}
              </Button>
            )}
            <IconButton label={t('action.close')} onClick={onClose}>
              <X size={16} aria-hidden />
            </IconButton>
          </div>
          {diff.error && <ErrorNote {...say(diff.error)} />}
          {diff.data ? <DiffView diff={diff.data} /> : <Skeleton rows={3} />}
        </div>
      </section>
    </div>
  )
}
