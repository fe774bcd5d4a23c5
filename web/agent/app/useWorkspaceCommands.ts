import type { QueryClient } from '@tanstack/react-query'
import type { Language } from '../../shared/i18n'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Me } from '../api/types'
import { filterSearch, parseFilter, type View } from '../inbox/filter'
import { useCommands } from '../commands/registry'
import { HELP_PAGES } from '../help/places'
import { REPORT_PAGES } from '../report/pages'
import { notify } from '../ui/toasts'
import { useMe } from './me'
import { useProblemText } from './problems'
import { applyTheme, preference, setPreference } from './preferences'
import { navigate, type SettingsPage } from './router'

function setTheme(theme: string | null): void {
  setPreference('theme', theme)
  applyTheme()
}

/** What works on every screen: going places, looks, language, signing out. */
export function useWorkspaceCommands(client: QueryClient): void {
  const me = useMe()
  const say = useProblemText()
  const show = (view: View) => () => {
    const filter = parseFilter('', preference('order'))
    navigate({ page: 'inbox', conversation: null }, { search: filterSearch({ ...filter, view }) })
  }
  const settings = (section: SettingsPage) => () => navigate({ page: 'settings', section, item: null }, { search: '' })
  const speak = (language: Language) => () => {
    setPreference('language', language)
    void api.patch<Me>('/api/me', { locale: language }).then((fresh) => {
      client.setQueryData(keys.me, fresh)
      void client.invalidateQueries({ queryKey: keys.lists }) // the sentences of the rows come in the language of the account
    })
  }
  const be = (availability: 'online' | 'busy' | 'away') => () => {
    client.setQueryData<Me | null>(keys.me, (old) => old && { ...old, agent: { ...old.agent, availability } })
    void api.patch<Me>('/api/me', { availability }).then(
      (fresh) => client.setQueryData(keys.me, fresh),
      (error: unknown) => {
        notify({ text: say(error).title, tone: 'wrong' })
        void client.invalidateQueries({ queryKey: keys.me })
      },
    )
  }
  const may = (permission: string) => me.permissions.includes(permission)
  useCommands(
    Object.fromEntries(
      REPORT_PAGES.map(({ command, path, may: also = 'reports.read' }) => [
        command,
        may('reports.read') && may(also) && (() => navigate({ page: 'reports', section: path, item: null }, { search: '' })),
      ]),
    ),
  )
  const helpPage = (path: string) => () => navigate({ page: 'articles', section: path, item: null }, { search: '' })
  useCommands(
    Object.fromEntries([
      ['go.bots', may('bots.read') && (() => navigate({ page: 'bots', item: null }, { search: '' }))],
      ['go.articles', may('help.read') && helpPage('list')],
      ...HELP_PAGES.map(({ command, path, may: also = 'help.read' }) => [command, may('help.read') && may(also) && helpPage(path)]),
    ]),
  )
  useCommands({
    'go.inbox': () => navigate({ page: 'inbox', conversation: null }, { search: location.pathname.startsWith('/inbox') ? location.search : '' }),
    'go.open': show('open'),
    'go.unassigned': show('unassigned'),
    'go.mine': show('mine'),
    'go.due': show('due'),
    'go.helping': show('helping'),
    'go.snoozed': show('snoozed'),
    'go.resolved': show('resolved'),
    'go.spam': show('spam'),
    'go.all': show('all'),
    'go.settings': () => navigate({ page: 'settings', section: may('mailboxes.read') ? 'mailboxes' : 'me', item: null }, { search: '' }),
    'go.team': may('agents.read') && settings('people'),
    'go.intake': may('intake.read') && settings('intake'),
    'go.me': settings('me'),
    'me.online': be('online'),
    'me.busy': be('busy'),
    'me.away': be('away'),
    'look.light': () => setTheme('light'),
    'look.dark': () => setTheme('dark'),
    'look.system': () => setTheme(null),
    'look.english': speak('en'),
    'look.korean': speak('ko'),
    'look.italian': speak('it'),
    'look.signOut': () =>
      void api.delete('/api/session').then(() => {
        client.clear()
        client.setQueryData(keys.me, null)
      }),
  })
}
