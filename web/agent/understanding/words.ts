import { locale } from '../../shared/time'
import { type Key, useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import type { TaskName } from './queries'

/** A value as people call it. */
export function useValueName(): (task: TaskName, value: number | null | undefined, label?: string) => string {
  const t = useT()
  const { topic } = useDirectory()
  return (task, value, label = '') => {
    if (value === null || value === undefined) return t('understood.none')
    if (task === 'topic') return topic(value)?.name ?? (label || '…')
    if (task === 'sentiment') return t(`sentiment.${value < 0 ? 'bad' : value > 0 ? 'good' : 'neutral'}`)
    if (task === 'needs_answer') return t(value === 1 ? 'understood.yes' : 'understood.no')
    return t(`${task}.${value}` as Key)
  }
}

/** A share in per cent, without decimals. */
export function useShare(): (value: number | null | undefined) => string {
  const language = useLanguage()
  const format = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 })
  return (value) => (value === null || value === undefined ? '–' : format.format(value))
}
