import type { Message } from '../../shared/i18n'

/** Words of the report pages. */
export const enReports = {
  'reports.overview': 'Overview',
  'reports.breakdown': 'Breakdown',
  'reports.wallboard': 'Wallboard',
} as const satisfies Record<string, Message>
