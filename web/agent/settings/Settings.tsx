import { type LucideIcon, Clock, FileClock, Handshake, Inbox, KeyRound, ListTree, Mail, MessageSquareText, MessageSquareQuote, MessagesSquare, Scale, SlidersHorizontal, Sparkles, Tag, UserRound, Users, UsersRound, Sprout, Waypoints } from 'lucide-react'
import { type ComponentType, lazy, Suspense } from 'react'
import { useT } from '../app/i18n'
import { useMe } from '../app/me'
import { href, navigate, type SettingsPage } from '../app/router'
import { ONE_PANE, useMedia } from '../app/useMedia'
import { Select } from '../ui/Field'
import { Skeleton } from '../ui/Notice'

/** `whole`: the page has panes of its own and scrolls them itself. */
type Section = { page: SettingsPage; icon: LucideIcon; may: string | null; View: ComponentType<{ item: string | null }>; whole?: boolean }

const SECTIONS: readonly Section[] = [
  { page: 'mailboxes', icon: Mail, may: 'mailboxes.read', View: lazy(() => import('./mailboxes/Mailboxes')) },
  { page: 'messengers', icon: MessagesSquare, may: 'mailboxes.read', View: lazy(() => import('./messengers/Messengers')) },
  { page: 'people', icon: UserRound, may: 'agents.read', View: lazy(() => import('./people/People')) },
  { page: 'teams', icon: UsersRound, may: 'agents.read', View: lazy(() => import('./people/Teams')) },
  { page: 'tags', icon: Tag, may: 'tags.read', View: lazy(() => import('./Tags')) },
  { page: 'topics', icon: MessageSquareText, may: 'conversations.read', View: lazy(() => import('./topics/Topics')) },
  { page: 'priority', icon: Scale, may: 'settings.write', View: lazy(() => import('./priority/Priority')), whole: true },
  { page: 'hours', icon: Clock, may: 'hours.read', View: lazy(() => import('./hours/Hours')) },
  { page: 'promises', icon: Handshake, may: 'sla.read', View: lazy(() => import('./promises/Promises')) },
  { page: 'routing', icon: Waypoints, may: 'agents.read', View: lazy(() => import('./routing/Routing')) },
  { page: 'rules', icon: ListTree, may: 'rules.read', View: lazy(() => import('./rules/Rules')) },
  { page: 'replies', icon: MessageSquareQuote, may: 'suggestions.read', View: lazy(() => import('../suggestions/RepliesSettings')) },
  { page: 'ai', icon: Sparkles, may: 'ai.write', View: lazy(() => import('../ai/AiSettingsPage')) },
  { page: 'workspace', icon: SlidersHorizontal, may: 'settings.write', View: lazy(() => import('./WorkspaceSettings')) },
  { page: 'tokens', icon: KeyRound, may: 'tokens.write', View: lazy(() => import('./tokens/Tokens')) },
  { page: 'intake', icon: Inbox, may: 'intake.read', View: lazy(() => import('./intake/Intake')), whole: true },
  { page: 'audit', icon: FileClock, may: 'audit.read', View: lazy(() => import('./audit/Audit')) },
  { page: 'work', icon: Sprout, may: 'conversations.read', View: lazy(() => import('./work/MyWork')) },
  { page: 'me', icon: Users, may: null, View: lazy(() => import('./MySettings')) },
]

export default function Settings({ section, item }: { section: SettingsPage; item: string | null }) {
  const t = useT()
  const { permissions } = useMe()
  const isNarrow = useMedia(ONE_PANE)
  const shown = SECTIONS.filter(({ may }) => may === null || permissions.includes(may))
  const current = shown.find(({ page }) => page === section) ?? shown.at(-1)!
  const go = (page: SettingsPage) => navigate({ page: 'settings', section: page, item: null }, { search: '' })
  return (
    <div className="flex min-h-0 grow max-[719px]:flex-col">
      {isNarrow ? (
        <nav aria-label={t('nav.settings')} className="border-b border-line bg-panel p-3">
          <Select aria-label={t('nav.settings')} value={current.page} onChange={(event) => go(event.target.value as SettingsPage)}>
            {shown.map(({ page }) => (
              <option key={page} value={page}>
                {t(`settings.${page}`)}
              </option>
            ))}
          </Select>
        </nav>
      ) : (
        <nav aria-label={t('nav.settings')} className="w-60 shrink-0 overflow-y-auto border-r border-line bg-panel px-3 py-6">
          <p className="mb-3 px-2 text-title font-strong">{t('nav.settings')}</p>
          {shown.map(({ page, icon: Icon }) => (
            <a
              key={page}
              href={href({ page: 'settings', section: page, item: null })}
              aria-current={page === current.page ? 'page' : undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey) return
                event.preventDefault()
                go(page)
              }}
              className="flex h-8 items-center gap-2.5 rounded-control px-2 text-ink-2 no-underline hover:bg-hover hover:text-ink aria-[current]:bg-pressed aria-[current]:text-ink"
            >
              <Icon size={16} strokeWidth={1.75} aria-hidden />
              {t(`settings.${page}`)}
            </a>
          ))}
        </nav>
      )}
      {current.whole ? (
        <main key={current.page} className="flex min-h-0 min-w-0 grow bg-paper">
          <Suspense fallback={<Skeleton rows={4} className="grow" />}>
            <current.View item={item} />
          </Suspense>
        </main>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <main tabIndex={0} className="min-h-0 grow overflow-y-auto bg-paper outline-offset-[-2px]">
          <div key={current.page} className="mx-auto max-w-[860px] px-8 py-6 max-[719px]:px-4">
            <Suspense fallback={<Skeleton rows={4} />}>
              <current.View item={item} />
            </Suspense>
          </div>
        </main>
      )}
    </div>
  )
}
