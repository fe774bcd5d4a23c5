import type { enReports } from './en.reports'
import type { Message } from '../../shared/i18n'

export const itReports: Record<keyof typeof enReports, Message> = {
  'reports.overview': 'Panoramica',
  'reports.breakdown': 'Confronto',
  'reports.wallboard': 'Tabellone',
}
