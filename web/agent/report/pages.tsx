import { BarChart3, BrainCircuit, Lightbulb, CalendarClock, FlaskConical, Coins, Bookmark, Columns3, MonitorDot, type LucideIcon, Waypoints } from 'lucide-react'
import { type ComponentType, lazy } from 'react'
import type { Key } from '../app/i18n'
import type { CommandId } from '../commands/catalogue'

/**
 * One sub-page under /reports/{path}. `command` goes there from anywhere (define it in commands/catalogue.ts);
 * `may` is a permission beside reports.read; `whole`: the page fills everything beside the navigation and scrolls itself.
 */
export type ReportPage = { path: string; label: Key; icon: LucideIcon; command: CommandId; View: ComponentType<{ item: string | null }>; may?: string; whole?: boolean }

/** Every report page, in the order of the navigation. Each is a chunk of its own, loaded when it is opened. */
export const REPORT_PAGES: readonly ReportPage[] = [
  { path: 'overview', label: 'reports.overview', icon: BarChart3, command: 'go.report', View: lazy(() => import('./Report')) },
  { path: 'price', label: 'slowness.nav', icon: Coins, command: 'go.price', View: lazy(() => import('../price/Price')) },
  { path: 'breakdown', label: 'reports.breakdown', icon: Columns3, command: 'go.report.breakdown', View: lazy(() => import('./Breakdown')) },
  { path: 'map', label: 'reports.map', icon: Waypoints, command: 'go.map', View: lazy(() => import('../map/Map')) },
  { path: 'staffing', label: 'staffing.nav', icon: CalendarClock, command: 'go.staffing', View: lazy(() => import('../staffing/Staffing')) },
  { path: 'what-if', label: 'reports.whatIf', icon: FlaskConical, command: 'go.whatIf', View: lazy(() => import('../whatif/WhatIf')) },
  { path: 'suggestions', label: 'suggest.nav', icon: Lightbulb, command: 'go.suggestions', may: 'suggestions.read', View: lazy(() => import('../suggestions/SuggestionsPage')) },
  { path: 'understanding', label: 'understanding.nav', icon: BrainCircuit, command: 'go.understanding', may: 'understanding.read', View: lazy(() => import('../understanding/UnderstandingPage')) },
  { path: 'saved', label: 'reports.saved', icon: Bookmark, command: 'go.report.saved', View: lazy(() => import('./Saved')) },
  { path: 'wallboard', label: 'reports.wallboard', icon: MonitorDot, command: 'go.report.wallboard', View: lazy(() => import('./Wallboard')), whole: true },
]
