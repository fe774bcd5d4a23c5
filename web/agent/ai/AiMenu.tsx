import { useQuery } from '@tanstack/react-query'
import { Sparkles } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href } from '../app/router'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Menu, MenuGroup, MenuItem } from '../ui/Menu'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { type AiAnswer, aiQuery, type Written } from './queries'

type Props = { conversationId: string; draft: () => string; onInsert: (text: string, replaces: boolean) => void }
type Job = { title: string; path: string; body?: unknown; replaces?: boolean }

/** What a language model can help with here. Whatever it says is looked at first, and only put into the draft. */
export function AiMenu({ conversationId, draft, onInsert }: Props) {
  const t = useT()
  const may = useMay('ai.use')
  const isOn = useQuery({ ...aiQuery, enabled: may }).data?.enabled ?? false
  const [job, setJob] = useState<Job | null>(null)
  if (!may || !isOn) return null
  const path = (what: string) => `/api/conversations/${conversationId}/ai/${what}`
  const text = draft().trim()
  return (
    <>
      <Menu
        side="top"
        trigger={
          <IconButton label={t('ai.menu')}>
            <Sparkles size={15} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem label={t('ai.do.answer')} onSelect={() => setJob({ title: t('ai.do.answer'), path: path('answer') })} />
        <MenuItem label={t('ai.do.draft')} onSelect={() => setJob({ title: t('ai.do.draft'), path: path('draft') })} />
        <MenuItem label={t('ai.do.summary')} onSelect={() => setJob({ title: t('ai.do.summary'), path: path('summary') })} />
        <MenuGroup label={t('ai.do.translate')}>
          {(['en', 'it', 'ko'] as const).map((to) => (
            <MenuItem key={to} label={t(`language.${to}`)} onSelect={() => setJob({ title: t('ai.do.translate'), path: path('translation'), body: { to, ...(text ? { text } : {}) }, replaces: text !== '' })} />
          ))}
        </MenuGroup>
        <MenuGroup label={t('ai.do.tone')}>
          {(['friendlier', 'formal', 'shorter', 'clearer'] as const).map((tone) => (
            <MenuItem key={tone} label={t(`ai.tone.${tone}`)} disabled={text === ''} onSelect={() => setJob({ title: t(`ai.tone.${tone}`), path: path('tone'), body: { text, tone }, replaces: true })} />
          ))}
        </MenuGroup>
      </Menu>
      <Dialog open={job !== null} onClose={() => setJob(null)} title={job?.title ?? ''}>
        {job && (
          <Result
            job={job}
            onInsert={(words) => {
              onInsert(words, job.replaces ?? false)
              setJob(null)
            }}
            onClose={() => setJob(null)}
          />
        )}
      </Dialog>
    </>
  )
}

function Result({ job, onInsert, onClose }: { job: Job; onInsert: (text: string) => void; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const found = useQuery({
    queryKey: ['ai', job.path, job.body],
    queryFn: ({ signal }) => api.post<Written & Partial<AiAnswer>>(job.path, job.body, { signal }),
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  })
  const answer = found.data
  return (
    <div className="flex min-h-0 flex-col gap-3 px-6 pb-6">
      {found.isPending && (
        <div role="status">
          <Skeleton rows={3} />
          <p className="text-secondary text-ink-3">{t('ai.thinking')}</p>
        </div>
      )}
      {found.error && <ErrorNote {...say(found.error)} onRetry={() => void found.refetch()} />}
      {answer?.refused && <p className="text-ink-2">{answer.why}</p>}
      {answer && !answer.refused && (
        <>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
          <div tabIndex={0} role="group" aria-label={job.title} className="max-h-80 overflow-y-auto rounded-card bg-panel p-3 whitespace-pre-wrap">
            {answer.text}
          </div>
          {answer.citations && answer.citations.length > 0 && (
            <ol aria-label={t('ai.sources')} className="text-secondary">
              {answer.citations.map((one) => (
                <li key={one.n}>
                  [{one.n}]{' '}
                  {one.conversation_id ? (
                    <a href={href({ page: 'inbox', conversation: one.conversation_id })} target="_blank" rel="noreferrer">
                      {t('ai.earlier')}
                    </a>
                  ) : one.url ? (
                    <a href={one.url} target="_blank" rel="noreferrer">
                      {one.title}
                    </a>
                  ) : (
                    one.title || t('ai.earlier')
                  )}
                </li>
              ))}
            </ol>
          )}
          {(answer.left_out ?? 0) > 0 && <p className="text-secondary text-ink-3">{t('ai.leftOut', { n: answer.left_out ?? 0 })}</p>}
          <p className="text-secondary text-ink-3">{t('ai.look')}</p>
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('action.close')}</Button>
        {answer && !answer.refused && (
          <Button variant="primary" onClick={() => onInsert(answer.text.replaceAll(/\s?\[\d{1,2}\]/g, ''))}>
            {t(job.replaces ? 'ai.replace' : 'ai.insert')}
          </Button>
        )}
      </div>
    </div>
  )
}
