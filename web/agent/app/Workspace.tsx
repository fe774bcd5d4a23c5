import type { QueryClient } from '@tanstack/react-query'
import { WifiOff } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Palette } from '../commands/Palette'
import { ShortcutsHelp } from '../commands/ShortcutsHelp'
import { useCommands } from '../commands/registry'
import { useShortcuts } from '../commands/useShortcuts'
import { Inbox } from '../inbox/Inbox'
import { Incoming } from '../routing/Incoming'
import { useNext } from '../routing/useNext'
import { Skeleton } from '../ui/Notice'
import { useT } from './i18n'
import { useLive } from './live'
import { useMe } from './me'
import { Rail } from './Rail'
import { useRoute } from './router'
import { useWorkspaceCommands } from './useWorkspaceCommands'

const Bots = lazy(() => import('../bots/Bots'))
const Help = lazy(() => import('../help/Help'))
const NewConversation = lazy(() => import('../composer/NewConversation'))
const Reports = lazy(() => import('../report/Reports'))
const Settings = lazy(() => import('../settings/Settings'))

export function Workspace({ client }: { client: QueryClient }) {
  const t = useT()
  const me = useMe()
  const route = useRoute()
  const connected = useLive(client, me)
  useShortcuts()
  const [writing, setWriting] = useState(false)
  useWorkspaceCommands(client)
  useNext()
  useCommands({ 'compose.new': me.permissions.includes('conversations.reply') && (() => setWriting(true)) })
  useEffect(() => {
    if (route.page !== 'inbox') document.title = `${t(route.page === 'articles' ? 'help.nav' : route.page === 'bots' ? 'bots.nav' : route.page === 'reports' ? 'nav.report' : 'nav.settings')} · Hark`
  }, [route.page, t])

  const isThreadOpen = route.page === 'inbox' && route.conversation !== null
  return (
    <div className="flex h-full max-[719px]:flex-col-reverse">
      <Rail hiddenOnPhone={isThreadOpen} />
      <div className="flex min-h-0 min-w-0 grow flex-col">
        {!connected && (
          <p role="status" className="flex items-center justify-center gap-2 border-b border-line bg-rail px-4 py-1 text-secondary text-ink-2">
            <WifiOff size={14} aria-hidden />
            {t('state.offline')}
          </p>
        )}
        <Suspense fallback={<Skeleton />}>
          {route.page === 'inbox' && <Inbox open={route.conversation} />}
          {route.page === 'reports' && <Reports section={route.section} item={route.item} />}
          {route.page === 'articles' && <Help section={route.section} item={route.item} />}
          {route.page === 'bots' && <Bots item={route.item} />}
          {route.page === 'settings' && <Settings section={route.section} item={route.item} />}
        </Suspense>
      </div>
      {writing && (
        <Suspense fallback={null}>
          <NewConversation onClose={() => setWriting(false)} />
        </Suspense>
      )}
      <Incoming />
      <Palette />
      <ShortcutsHelp />
    </div>
  )
}
