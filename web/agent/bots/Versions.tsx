import { useQuery, useQueryClient } from '@tanstack/react-query'
import { dayAndTime } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { useNow } from '../app/useNow'
import { Button } from '../ui/Button'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { botsQuery, versionsQuery } from './queries'
import type { Bot, Flow } from './types'

/** Everything that was ever published: to look at, and to go back to. */
export function Versions({ bot, onLoad, onShow }: { bot: Bot; onLoad: (bot: Bot) => void; onShow: (flow: Flow) => void }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const now = useNow()
  const client = useQueryClient()
  const mayWrite = useMay('bots.write')
  const versions = useQuery(versionsQuery(bot.id))
  const back = async (version: number) => {
    try {
      onLoad(await api.post<Bot>(`/api/bots/${bot.id}/rollback`, { version }))
      notify({ text: t('bots.rolledBack', { n: version }), seconds: 8 })
      await Promise.all([client.invalidateQueries(versionsQuery(bot.id)), client.invalidateQueries({ queryKey: botsQuery.queryKey, exact: true })])
    } catch (failed) {
      notify({ text: say(failed).title, tone: 'wrong' })
    }
  }
  if (versions.error) return <ErrorNote {...say(versions.error)} onRetry={() => void versions.refetch()} />
  if (!versions.data) return <Skeleton rows={3} />
  if (versions.data.length === 0) return <p className="text-secondary text-ink-3">{t('bots.noVersions')}</p>
  return (
    <ul aria-label={t('bots.versions')} className="divide-y divide-line">
      {versions.data.map((one) => (
        <li key={one.version} className="py-2">
          <p className="flex items-baseline gap-2">
            <span className="font-medium">{t('bots.version', { n: one.version })}</span>
            {one.current && <span className="text-secondary text-done">{t('bots.isLive')}</span>}
          </p>
          <p className="text-secondary text-ink-3">
            {dayAndTime(one.published_at, now, language)}
            {one.published_by && ` · ${one.published_by}`} · {t('bots.blocks', { n: one.blocks })}
          </p>
          {one.note && <p className="text-secondary text-ink-2">{one.note}</p>}
          <div className="mt-1 flex gap-2">
            <Button variant="plain" onClick={() => void api.get<Flow>(`/api/bots/${bot.id}/versions/${one.version}`).then(onShow)}>
              {t('bots.show')}
            </Button>
            {mayWrite && !one.current && (
              <Button variant="plain" onClick={() => void back(one.version)}>
                {t('bots.rollback')}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
