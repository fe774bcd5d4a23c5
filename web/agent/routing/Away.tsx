import { useQuery } from '@tanstack/react-query'
import { dayAndTime } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { useNow } from '../app/useNow'
import { absencesQuery } from './queries'

/** "Away until Monday, Ben stands in", where it is so now. */
export function Away({ agentId }: { agentId: number }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { agent } = useDirectory()
  const absences = useQuery({ ...absencesQuery(agentId), enabled: useMay('agents.read') }).data ?? []
  const current = absences.find((one) => Date.parse(one.starts_at) <= now && now < Date.parse(one.ends_at))
  if (!current) return null
  const until = dayAndTime(current.ends_at, now, language)
  const substitute = agent(current.substitute_id)?.name
  return <span className="text-ink-2">{substitute ? t('away.withSubstitute', { until, name: substitute }) : t('away.until', { until })}</span>
}
