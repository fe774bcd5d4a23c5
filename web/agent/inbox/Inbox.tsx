import { MailOpen } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useT } from '../app/i18n'
import { preference, setPreference, usePreference } from '../app/preferences'
import { navigate, useSearch } from '../app/router'
import { NO_CONTACT_PANE, ONE_PANE, useMedia } from '../app/useMedia'
import { useCommands } from '../commands/registry'
import { ContactPane } from '../contact/ContactPane'
import { ThreadPane } from '../thread/ThreadPane'
import { Empty } from '../ui/Notice'
import { Splitter } from '../ui/Splitter'
import { type Filter, filterSearch, isOrdered, type Order, parseFilter } from './filter'
import { ListPane } from './ListPane'
import { neighbour } from './settle'

/** Three panes: list, thread, customer. One at a time on a phone. */
export function Inbox({ open }: { open: string | null }) {
  const t = useT()
  const filter = parseFilter(useSearch(), preference('order'))
  const isNarrow = useMedia(ONE_PANE)
  const isOverlay = useMedia(NO_CONTACT_PANE)
  const [listWidth, setListWidth] = usePreference('listWidth')
  const [contactWidth, setContactWidth] = usePreference('contactWidth')
  const [contactPane, setContactPane] = usePreference('contactPane')
  const [overlayOpen, setOverlayOpen] = useState(false)
  const [order, setOrder] = useState<readonly string[]>([])
  const width = Number(listWidth) || 372

  const show = (next: Partial<Filter>) => {
    if (next.order) setPreference('order', next.order)
    navigate({ page: 'inbox', conversation: isNarrow ? null : open }, { search: filterSearch({ ...filter, ...next }) })
  }
  const go = (id: string | null) => navigate({ page: 'inbox', conversation: id })
  const step = (by: 1 | -1) => {
    const at = open ? order.indexOf(open) : -1
    const next = at === -1 ? order[0] : order[at + by]
    if (next) go(next)
  }
  const orderBy = (name: Order) => isOrdered(filter.view) && (() => show({ order: name }))
  const isContactShown = isOverlay ? overlayOpen : contactPane !== 'closed'
  const toggleContact = () => (isOverlay ? setOverlayOpen(!overlayOpen) : setContactPane(contactPane === 'closed' ? null : 'closed'))
  useCommands({
    'list.next': () => step(1),
    'list.previous': () => step(-1),
    'list.orderPrice': orderBy('price'),
    'list.orderOldest': orderBy('oldest'),
    'list.orderNewest': orderBy('newest'),
    'conversation.close': open !== null && (() => go(null)),
    'look.contact': open !== null && toggleContact,
  })

  return (
    <div className="flex min-h-0 grow">
      {!(isNarrow && open) && (
        <ListFrame alone={isNarrow} label={t('nav.inbox')}>
          <div className="flex min-h-0 flex-col bg-panel" style={{ width: isNarrow ? '100%' : width }}>
            {!open && <h1 className="sr-only">{t('nav.inbox')}</h1>}
            <ListPane filter={filter} open={open} onFilter={show} onOrder={setOrder} />
          </div>
          {!isNarrow && (
            <Splitter label={t('pane.listWidth')} width={width} min={320} max={480} side="left" onChange={(next) => setListWidth(String(next))} />
          )}
        </ListFrame>
      )}
      {!(isNarrow && !open) && (
        <main className="flex min-h-0 min-w-0 grow flex-col bg-paper">
          {open ? (
            <ThreadPane key={open} id={open} contactShown={isContactShown} onDone={() => go(isNarrow ? null : neighbour(order, open, new Set()))} />
          ) : (
            <div className="flex grow items-center justify-center">
              <Empty icon={MailOpen} title={t('thread.none')} text={t('thread.noneText')} />
            </div>
          )}
        </main>
      )}
      {open && isContactShown && (
        <ContactPane
          conversationId={open}
          overlay={isOverlay}
          width={isOverlay ? Math.min(360, window.innerWidth) : Number(contactWidth) || 320}
          onWidth={(next) => setContactWidth(String(next))}
          onClose={toggleContact}
        />
      )}
    </div>
  )
}

/** The list is what the page is about when it stands alone on a phone, and a region of its own beside a thread. */
function ListFrame(props: { alone: boolean; label: string; children: ReactNode }) {
  if (props.alone) return <main className="flex min-h-0 w-full shrink-0">{props.children}</main>
  return (
    <section aria-label={props.label} className="flex min-h-0 shrink-0">
      {props.children}
    </section>
  )
}
