import logo from '../ui/hark.svg'
import { BarChart3, Bot, Inbox, LibraryBig, type LucideIcon, Search, Settings } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { countersQuery } from '../api/queries'
import { command, type CommandId } from '../commands/catalogue'
import { runCommand, useAvailable } from '../commands/registry'
import { CommandItem, Menu, MenuGroup, MenuLine } from '../ui/Menu'
import { Tip } from '../ui/Tip'
import { type Key, useLanguage, useT } from './i18n'
import { useMe } from './me'
import { Person, useStateOf } from './Person'
import { usePreference } from './preferences'
import { useRoute } from './router'

const PLACES: { id: CommandId; icon: LucideIcon; page: string }[] = [
  { id: 'go.inbox', icon: Inbox, page: 'inbox' },
  { id: 'go.articles', icon: LibraryBig, page: 'articles' },
  { id: 'go.bots', icon: Bot, page: 'bots' },
  { id: 'go.report', icon: BarChart3, page: 'reports' },
  { id: 'go.settings', icon: Settings, page: 'settings' },
]

const AVAILABILITY = ['online', 'busy', 'away'] as const

/** The narrow bar on the left; on a phone it lies at the bottom. */
export function Rail({ hiddenOnPhone }: { hiddenOnPhone: boolean }) {
  const t = useT()
  const mine = useQuery(countersQuery).data?.mine ?? 0
  return (
    <nav
      aria-label={t('nav.main')}
      className={`flex w-14 shrink-0 flex-col items-center gap-1 bg-rail py-3 max-[719px]:h-14 max-[719px]:w-full max-[719px]:flex-row max-[719px]:justify-around max-[719px]:border-t max-[719px]:border-line max-[719px]:py-0 ${hiddenOnPhone ? 'max-[719px]:hidden' : ''}`}
    >
      <img src={logo} alt="" width={28} height={28} className="mb-3 max-[719px]:hidden" />
      {PLACES.map((place) => (
        <Place key={place.id} {...place} badge={place.page === 'inbox' ? mine : 0} />
      ))}
      <span className="grow max-[719px]:hidden" />
      <RailButton label={t('command.palette')} keys="ctrl+k" onClick={() => runCommand('look.palette')}>
        <Search size={20} strokeWidth={1.75} aria-hidden />
      </RailButton>
      <AccountMenu />
    </nav>
  )
}

function Place({ id, icon: Icon, page, badge }: (typeof PLACES)[number] & { badge: number }) {
  const t = useT()
  const isHere = useRoute().page === page
  const available = useAvailable(id)
  const { label, keys } = command(id)
  if (!available) return null
  return (
    <RailButton
      label={t(label)}
      name={badge > 0 ? `${t(label)}, ${badge} ${t('view.mine')}` : t(label)}
      keys={keys?.[0]}
      current={isHere}
      onClick={() => runCommand(id)}
    >
      <Icon size={20} strokeWidth={isHere ? 2.1 : 1.75} aria-hidden />
      {badge > 0 && (
        <span className="tabular absolute top-0.5 right-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-strong text-on-accent">
          {badge > 999 ? '999+' : badge}
        </span>
      )}
    </RailButton>
  )
}

function RailButton(props: { label: string; name?: string; keys?: string; current?: boolean; onClick?: () => void; children: React.ReactNode }) {
  return (
    <Tip label={props.label} keys={props.keys} side="right">
      <button
        type="button"
        aria-label={props.name ?? props.label}
        aria-current={props.current ? 'page' : undefined}
        onClick={props.onClick}
        className="relative inline-flex size-10 items-center justify-center rounded-control text-ink-2 transition-colors hover:bg-pressed hover:text-ink aria-[current=page]:bg-pressed aria-[current=page]:text-ink pointer-coarse:size-11"
      >
        {props.children}
      </button>
    </Tip>
  )
}

function AccountMenu() {
  const t = useT()
  const me = useMe()
  const [theme] = usePreference('theme')
  const language = useLanguage()
  const state = useStateOf(me.agent.id)
  const chosen = me.agent.availability
  const languages: [CommandId, string][] = [['look.english', 'en'], ['look.korean', 'ko'], ['look.italian', 'it']]
  return (
    <Menu
      side="right"
      align="end"
      trigger={
        <button type="button" aria-label={`${t('nav.account' satisfies Key)}, ${t(`presence.${state}`)}`} className="target mt-1 inline-flex items-center justify-center rounded-full">
          <Person id={me.agent.id} size={32} />
        </button>
      }
    >
      <div className="px-2 pt-2 pb-1">
        <p className="truncate font-medium">{me.agent.name}</p>
        <p className="truncate text-secondary text-ink-3">{me.agent.email}</p>
      </div>
      <MenuGroup label={t('presence.mine')}>
        {AVAILABILITY.map((one) => (
          <CommandItem key={one} id={`me.${one}`} checked={chosen === one} />
        ))}
      </MenuGroup>
      {chosen === 'online' && state === 'away' && <p className="px-2 pb-1 text-secondary text-ink-3">{t('presence.idle')}</p>}
      <MenuLine />
      <CommandItem id="go.me" />
      <CommandItem id="look.shortcuts" />
      <MenuLine />
      <MenuGroup label={t('look.theme')}>
        <CommandItem id="look.light" checked={theme === 'light'} />
        <CommandItem id="look.dark" checked={theme === 'dark'} />
        <CommandItem id="look.system" checked={theme === null} />
      </MenuGroup>
      <MenuGroup label={t('look.language')}>
        {languages.map(([id, name]) => (
          <CommandItem key={id} id={id} checked={language === name} />
        ))}
      </MenuGroup>
      <MenuLine />
      <CommandItem id="look.signOut" />
    </Menu>
  )
}
