import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ListFilter } from 'lucide-react'
import { countersQuery } from '../api/queries'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { command, type CommandId } from '../commands/catalogue'
import { useAvailable } from '../commands/registry'
import { CommandButton, IconButton } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { CommandItem, Menu, MenuGroup, MenuItem } from '../ui/Menu'
import { SearchField } from '../ui/SearchField'
import { type Filter, isOrdered, type Order, type View, VIEWS } from './filter'

type Props = { filter: Filter; onFilter: (next: Partial<Filter>) => void }

const TABS: readonly View[] = ['open', 'unassigned', 'mine']
const ORDER_COMMANDS = { price: 'list.orderPrice', oldest: 'list.orderOldest', newest: 'list.orderNewest' } as const satisfies Record<string, CommandId>

export function ListHeader({ filter, onFilter }: Props) {
  const t = useT()
  const mayWrite = useAvailable('compose.new')
  const mayTakeNext = useAvailable('routing.next')
  return (
    <header className="flex shrink-0 flex-col border-b border-line pt-3">
      <div className="flex items-center gap-1 px-3">
        <SearchField
          value={filter.q}
          onChange={(q) => onFilter({ q, view: q ? 'all' : 'open' })}
          label={t('command.search')}
          placeholder={t('list.search')}
          className="min-w-0"
          inputClass="h-8 rounded-control border border-transparent bg-rail pr-2 placeholder:text-ink-3 hover:bg-pressed focus:bg-control [&::-webkit-search-cancel-button]:hidden pointer-coarse:h-11"
        />
        <OrderMenu order={filter.order} enabled={isOrdered(filter.view)} />
        <FilterMenu filter={filter} onFilter={onFilter} />
        {mayTakeNext && <CommandButton id="routing.next" />}
        {mayWrite && <CommandButton id="compose.new" />}
      </div>
      <div className="flex items-center px-3 pt-2">
        <Tabs filter={filter} onFilter={onFilter} />
      </div>
      <Conditions filter={filter} onFilter={onFilter} />
    </header>
  )
}

function Tabs({ filter, onFilter }: Props) {
  const t = useT()
  const counters = useQuery(countersQuery).data ?? {}
  const others = VIEWS.filter((view) => !TABS.includes(view))
  const isOther = others.includes(filter.view)
  return (
    <div role="group" aria-label={t('list.views')} className="flex min-w-0 grow items-stretch">
      {TABS.map((view) => (
        <button key={view} type="button" aria-pressed={filter.view === view} onClick={() => onFilter({ view })} className={TAB}>
          <span className="truncate">{t(`view.${view}`)}</span>
          <Count n={counters[view]} />
        </button>
      ))}
      <Menu
        trigger={
          <button type="button" aria-pressed={isOther} className={TAB}>
            <span className="truncate">{isOther ? t(`view.${filter.view}`) : t('view.more')}</span>
            {isOther && <Count n={counters[filter.view]} />}
            <ChevronDown size={14} className="shrink-0" aria-hidden />
          </button>
        }
      >
        {others.map((view) => (
          <MenuItem
            key={view}
            icon={command(`go.${view}` as CommandId).icon}
            label={t(`view.${view}`)}
            hint={counters[view]}
            checked={filter.view === view}
            onSelect={() => onFilter({ view })}
          />
        ))}
      </Menu>
    </div>
  )
}

const TAB =
  'target mr-3 last:mr-0 inline-flex min-w-0 items-center gap-1 border-b-2 border-transparent pb-1 text-secondary font-medium whitespace-nowrap text-ink-3 hover:text-ink aria-pressed:border-ink aria-pressed:text-ink data-popup-open:text-ink'

/** Shows the order in force by its icon; the words are a hover away. */
function OrderMenu({ order, enabled }: { order: Order; enabled: boolean }) {
  const t = useT()
  const { icon: Icon, label } = command(ORDER_COMMANDS[order])
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={t('list.ordered', { order: t(label) })} disabled={!enabled}>
          <Icon size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuGroup label={t('list.orderBy')}>
        {(['price', 'oldest', 'newest'] as const).map((one) => (
          <CommandItem key={one} id={ORDER_COMMANDS[one]} checked={order === one} />
        ))}
      </MenuGroup>
    </Menu>
  )
}

function Count({ n }: { n: number | undefined }) {
  if (!n) return null
  return <span className="tabular text-[12px] font-regular text-ink-3">{n > 9999 ? '9999+' : n}</span>
}

function FilterMenu({ filter, onFilter }: Props) {
  const t = useT()
  const { teams, tags } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const active = [filter.team, filter.tag, filter.account].filter(Boolean).length
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={t('list.filter')} className={active ? 'text-accent-ink' : ''}>
          <ListFilter size={16} aria-hidden />
        </IconButton>
      }
    >
      <Choices label={t('filter.team')} items={teams} chosen={filter.team} onChoose={(team) => onFilter({ team })} />
      <Choices label={t('filter.tag')} items={tags} chosen={filter.tag} onChoose={(tag) => onFilter({ tag })} />
      <Choices label={t('filter.mailbox')} items={mailboxes} chosen={filter.account} onChoose={(account) => onFilter({ account })} />
    </Menu>
  )
}

type ChoicesProps = { label: string; items: readonly { id: number; name: string }[]; chosen: number | null; onChoose: (id: number | null) => void }

function Choices({ label, items, chosen, onChoose }: ChoicesProps) {
  if (items.length === 0) return null
  return (
    <MenuGroup label={label}>
      {items.map((item) => (
        <MenuItem key={item.id} label={item.name} checked={item.id === chosen} onSelect={() => onChoose(item.id === chosen ? null : item.id)} />
      ))}
    </MenuGroup>
  )
}

/** The filters in force, each with its way out. */
function Conditions({ filter, onFilter }: Props) {
  const t = useT()
  const { team, tag } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const shown = [
    { field: 'team' as const, name: team(filter.team)?.name },
    { field: 'tag' as const, name: filter.tag ? tag(filter.tag)?.name : undefined },
    { field: 'account' as const, name: mailboxes.find((mailbox) => mailbox.id === filter.account)?.name },
  ].filter((condition) => filter[condition.field] !== null)
  if (shown.length === 0) return null
  return (
    <div className="flex flex-wrap gap-1 px-3 py-2">
      {shown.map(({ field, name }) => (
        <Chip key={field} tone="accent" removeLabel={t('list.clearFilters')} onRemove={() => onFilter({ [field]: null })}>
          {name ?? '…'}
        </Chip>
      ))}
    </div>
  )
}
