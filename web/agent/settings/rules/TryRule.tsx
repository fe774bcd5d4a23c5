import { FlaskConical } from 'lucide-react'
import { useState } from 'react'
import { dayAndTime } from '../../../shared/time'
import { api } from '../../api/client'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { href } from '../../app/router'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { ErrorNote } from '../../ui/Notice'
import type { DryRun } from './types'

/** What the rule would have done in the last 30 days, before it is let loose. */
export function TryRule({ draft }: { draft: { actions: readonly unknown[] } & Record<string, unknown> }) {
  const t = useT()
  const say = useProblemText()
  const [found, setFound] = useState<DryRun | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [asking, setAsking] = useState(false)
  const tryIt = async () => {
    setAsking(true)
    try {
      setFound(await api.post<DryRun>('/api/rules/dry-run', draft))
      setProblem(null)
    } catch (failed) {
      setFound(null)
      setProblem(failed)
    }
    setAsking(false)
  }
  return (
    <section aria-label={t('rules.try')} className="flex flex-col gap-2 rounded-card border border-line p-3">
      <Button type="button" className="self-start" disabled={draft.actions.length === 0 || asking} onClick={() => void tryIt()}>
        <FlaskConical size={16} aria-hidden />
        {t('rules.try')}
      </Button>
      {problem !== null && <ErrorNote {...say(problem)} />}
      {found === null ? <p className="text-secondary text-ink-3">{t('rules.tryText')}</p> : <Found found={found} />}
    </section>
  )
}

function Found({ found }: { found: DryRun }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  return (
    <div role="status">
      <p className="tabular">{t('rules.tried', { n: found.changed, looked: found.looked_at, matched: found.matched, days: found.days })}</p>
      <p className="text-secondary text-ink-3">{t(found.cut ? 'rules.triedCut' : 'rules.triedText')}</p>
      {found.items.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <ul tabIndex={0} aria-label={t('rules.wouldChange')} className="mt-2 max-h-64 overflow-y-auto">
          {found.items.map((item) => (
            <li key={item.conversation_id} className="border-b border-line py-1.5 last:border-0">
              <a href={href({ page: 'inbox', conversation: item.conversation_id })} target="_blank" rel="noreferrer" className="block truncate">
                {item.subject || t('list.noSubject')}
              </a>
              <span className="text-secondary text-ink-3">
                {dayAndTime(item.at, now, language)} · {item.would.map((one) => t(`rules.would.${one}` as Key)).join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
