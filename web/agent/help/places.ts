import { BookOpen, FileInput, FolderTree, Link2Off, type LucideIcon, SearchX, Settings2 } from 'lucide-react'
import { type ComponentType, lazy } from 'react'
import type { Key } from '../app/i18n'
import type { CommandId } from '../commands/catalogue'
import type { Centre } from './types'

/** One page of the help centre under /articles/{path}; each is a chunk of its own. */
export type HelpPage = { path: string; label: Key; icon: LucideIcon; command: CommandId; may?: string; View: ComponentType<{ centre: Centre; item: string | null }> }

export const HELP_PAGES: readonly HelpPage[] = [
  { path: 'list', label: 'articles.nav', icon: BookOpen, command: 'go.articles.list', View: lazy(() => import('./articles/Articles')) },
  { path: 'searches', label: 'searches.nav', icon: SearchX, command: 'go.articles.searches', View: lazy(() => import('./searches/Searches')) },
  { path: 'collections', label: 'collections.nav', icon: FolderTree, command: 'go.articles.collections', View: lazy(() => import('./settings/Collections')) },
  { path: 'links', label: 'links.nav', icon: Link2Off, command: 'go.articles.links', View: lazy(() => import('./settings/Links')) },
  { path: 'import', label: 'import.nav', icon: FileInput, command: 'go.articles.import', may: 'help.publish', View: lazy(() => import('./settings/Import')) },
  { path: 'settings', label: 'centre.nav', icon: Settings2, command: 'go.articles.settings', may: 'help.publish', View: lazy(() => import('./settings/CentreSettings')) },
]
