import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { moment } from '../../shared/time'
import { api } from '../api/client'
import { contactConversationsQuery } from '../api/queries'
import type { Page, Row } from '../api/types'
import { ChannelGlyph, useTitle } from '../app/Channel'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'
import { statusName } from '../inbox/ListRow'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Dialog } from '../ui/Dialog'
import { useCombobox } from '../ui/useCombobox'

const REST_MS = 200
const MOST = 20
/** Where a conversation can still take something in: neither spam nor merged away. */
const LIVE = JSON.stringify({ field: 'status', op: 'in', value: ['open', 'waiting', 'snoozed', 'resolved'] })

type Props = {
  open: boolean
  onClose: () => void
  title: string
  /** Left out of the list. */
  not?: string
  /** Whose conversations stand first, before anything is searched. */
  contactId?: string
  explain: (row: Row) => ReactNode
  confirm: (row: Row) => string
  onConfirm: (row: Row) => void
}

/** Find a conversation by number, words or address, read what will happen, and say yes. */
export function ChooseConversation({ open, onClose, title, ...rest }: Props) {
  return (
    <Dialog open={open} onClose={onClose} title={title} wide>
      <Chooser title={title} {...rest} />
    </Dialog>
  )
}

function Chooser({ title, not, contactId, explain, confirm, onConfirm }: Omit<Props, 'open' | 'onClose'>) {
  const t = useT()
  const [text, setText] = useState('')
  const [active, setActive] = useState<number | null>(null)
  const { rows, isPending } = useCandidates(useRested(text.trim()), contactId, not)
  // Enter alone says yes only to what was looked for, or to another conversation of the same customer.
  const first = text.trim() !== '' || (contactId !== undefined && rows[0]?.contact.id === contactId) ? 0 : -1
  const current = Math.min(active ?? first, rows.length - 1)
  const chosen = rows[current]
  const { field, list, optionId } = useCombobox({ count: rows.length, active: current, onActive: setActive, onEnter: () => chosen && onConfirm(chosen) })
  return (
    <>
      <div className="mx-6 flex items-center gap-3 rounded-control border border-line-strong bg-control px-3 max-[719px]:mx-4">
        <Search size={16} className="shrink-0 text-ink-3" aria-hidden />
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the dialog is opened to type in
          autoFocus
          {...field}
          aria-label={title}
          placeholder={t('choose.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setActive(null)
          }}
          className="h-10 w-full min-w-0 bg-transparent outline-none placeholder:text-ink-3"
        />
      </div>
      <div {...list} aria-label={title} className="min-h-48 grow overflow-y-auto px-3 py-2">
        {rows.map((row, index) => (
          <Candidate key={row.id} id={optionId(index)} row={row} active={index === current} onPoint={() => setActive(index)} />
        ))}
        {rows.length === 0 && !isPending && <p className="px-3 py-10 text-center text-ink-3">{t(text.trim() ? 'choose.nothing' : 'choose.none')}</p>}
      </div>
      <footer className="flex items-center gap-4 border-t border-line px-6 py-3 max-[719px]:flex-col max-[719px]:items-stretch max-[719px]:px-4">
        <p className="min-w-0 grow text-secondary text-ink-2" aria-live="polite">
          {chosen ? explain(chosen) : t('choose.hint')}
        </p>
        <Button variant="primary" disabled={!chosen} onClick={() => chosen && onConfirm(chosen)}>
          {chosen ? confirm(chosen) : title}
        </Button>
      </footer>
    </>
  )
}

function Candidate({ id, row, active, onPoint }: { id: string; row: Row; active: boolean; onPoint: () => void }) {
  const t = useT()
  const titleOf = useTitle()
  const language = useLanguage()
  const now = useNow()
  const status = statusName(row.status)
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above handles the keys (combobox pattern)
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onClick={onPoint}
      className="flex min-h-12 flex-col justify-center rounded-control px-3 py-1 select-none hover:bg-hover aria-selected:bg-accent-soft"
    >
      <span className="flex items-center gap-2">
        <ChannelGlyph channel={row.channel} />
        <span className="tabular shrink-0 text-ink-3">#{row.number}</span>
        <span className="min-w-0 grow truncate">{titleOf(row)}</span>
        {status !== 'open' && <Chip>{t(`status.${status}`)}</Chip>}
      </span>
      <span className="flex gap-2 pl-[22px] text-secondary text-ink-3">
        <span className="min-w-0 grow truncate">{[row.contact.name, row.contact.address].filter(Boolean).join(' · ') || t(row.contact.erased ? 'erase.contact' : 'contact.unknown')}</span>
        <time className="tabular shrink-0" dateTime={row.last_message_at}>
          {moment(row.last_message_at, now, language)}
        </time>
      </span>
    </div>
  )
}

/** What was typed once typing rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

/** Before anything is typed: the customer's other conversations, then the newest of all. */
function useCandidates(q: string, contactId: string | undefined, not: string | undefined): { rows: Row[]; isPending: boolean } {
  const own = useQuery({ ...contactConversationsQuery(contactId ?? ''), enabled: contactId !== undefined && q === '' })
  const found = useQuery({
    queryKey: ['choose', q],
    queryFn: ({ signal }) => api.get<Page<Row>>('/api/conversations', { filter: LIVE, order: 'newest', q, limit: MOST }, signal),
    select: (page) => page.items,
    placeholderData: keepPreviousData,
  })
  const all = [...(q === '' ? (own.data ?? []) : []), ...(found.data ?? [])]
  const rows = [...new Map(all.map((row) => [row.id, row])).values()].filter((row) => row.id !== not && row.status < 4)
  return { rows: rows.slice(0, MOST), isPending: found.isPending }
}
