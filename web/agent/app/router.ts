/** Addresses of the workspace. `parseRoute` and `href` are inverse to each other. */
import { useMemo, useSyncExternalStore } from 'react'

export const SETTINGS_PAGES = ['mailboxes', 'messengers', 'people', 'teams', 'tags', 'topics', 'priority', 'hours', 'promises', 'routing', 'rules', 'ai', 'replies', 'tokens', 'intake', 'audit', 'workspace', 'work', 'me'] as const
export type SettingsPage = (typeof SETTINGS_PAGES)[number]

export type Route =
  | { page: 'inbox'; conversation: string | null }
  | { page: 'reports'; section: string; item: string | null }
  | { page: 'bots'; item: string | null }
  | { page: 'articles'; section: string; item: string | null }
  | { page: 'settings'; section: SettingsPage; item: string | null }
  | { page: 'setup' }
  | { page: 'invitation'; token: string }

export function parseRoute(pathname: string): Route {
  const [first, second, third] = pathname.split('/').filter(Boolean).map(decodeURIComponent)
  if (first === 'reports' || first === 'report') return { page: 'reports', section: second ?? 'overview', item: third ?? null }
  if (first === 'articles') return { page: 'articles', section: second ?? 'list', item: third ?? null }
  if (first === 'bots') return { page: 'bots', item: second ?? null }
  if (first === 'setup') return { page: 'setup' }
  if (first === 'invitation' && second) return { page: 'invitation', token: second }
  if (first === 'settings') {
    const section = SETTINGS_PAGES.find((name) => name === second) ?? 'mailboxes'
    return { page: 'settings', section, item: third ?? null }
  }
  return { page: 'inbox', conversation: first === 'inbox' ? (second ?? null) : null }
}

export function href(route: Route): string {
  const part = (text: string | null) => (text === null ? '' : `/${encodeURIComponent(text)}`)
  switch (route.page) {
    case 'inbox':
      return `/inbox${part(route.conversation)}`
    case 'settings':
      return `/settings/${route.section}${part(route.item)}`
    case 'bots':
      return `/bots${part(route.item)}`
    case 'reports':
    case 'articles':
      return `/${route.page}${part(route.section)}${part(route.item)}`
    case 'invitation':
      return `/invitation${part(route.token)}`
    default:
      return `/${route.page}`
  }
}

const CHANGED = 'hark:navigate'

/** Goes to an address of ours. `search` undefined keeps the current query (the list's filters), '' drops it. */
export function navigate(to: Route, options: { search?: string; replace?: boolean } = {}): void {
  const search = options.search ?? (to.page === 'inbox' ? location.search : '')
  const address = href(to) + search
  if (address === location.pathname + location.search) return
  if (options.replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  window.dispatchEvent(new Event(CHANGED))
}

export function useRoute(): Route {
  const pathname = useSyncExternalStore(subscribe, () => location.pathname)
  return useMemo(() => parseRoute(pathname), [pathname])
}

export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search)
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(CHANGED, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(CHANGED, listener)
  }
}
