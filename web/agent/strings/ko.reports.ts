import type { enReports } from './en.reports'
import type { Message } from '../../shared/i18n'

export const koReports: Record<keyof typeof enReports, Message> = {
  'reports.overview': '개요',
  'reports.breakdown': '항목별',
  'reports.wallboard': '현황판',
}
