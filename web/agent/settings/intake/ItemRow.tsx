import { Copy, CornerDownRight, Inbox, type LucideIcon, MailPlus, MailWarning, MessageSquareReply, RefreshCcw, Repeat, ShieldAlert, SquarePause, Trash2, TriangleAlert, Bot } from 'lucide-react'
import { absolute, moment } from '../../../shared/time'
import type { IntakeItem } from '../../api/types'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useNow } from '../../app/useNow'
import { fateTone, type Fate } from './fates'

const ICONS: Record<Fate, LucideIcon> = {
  open: RefreshCcw,
  new: MailPlus,
  message: CornerDownRight,
  applied: MessageSquareReply,
  bounce: MailWarning,
  auto_reply: Bot,
  held: SquarePause,
  parked: TriangleAlert,
  duplicate: Copy,
  loop: Repeat,
  spam: ShieldAlert,
  dropped: Trash2,
}
const TONES = { done: 'text-done', wrong: 'text-wrong', plain: 'text-ink-2' }

/** The fate as shape, word and tone. */
export function FateMark({ fate, brief = false }: { fate: string; /** on a phone the shape must do */ brief?: boolean }) {
  const t = useT()
  const Icon = ICONS[fate as Fate] ?? Inbox
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 font-medium ${TONES[fateTone(fate)]}`}>
      <Icon size={14} aria-hidden />
      <span className={brief ? 'max-[719px]:sr-only' : ''}>{t(`fate.${fate}` as Key)}</span>
    </span>
  )
}

/** Who a line is from, as well as the ledger knows. */
export function useSender(): (item: IntakeItem) => string {
  const t = useT()
  return (item) => item.from_name || item.from_address || item.envelope.mail_from || t(item.source === 'messenger' ? 'channel.messenger' : 'contact.unknown')
}

type Props = { item: IntakeItem; mailbox: string; open: boolean; address: string; /** `top`: where the line stands on screen. */ onOpen: (top: number) => void }

/** Two lines: what became of it, who and when; what about, and why. */
export function ItemRow({ item, mailbox, open, address, onOpen }: Props) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const sender = useSender()
  return (
    <a
      href={address}
      aria-current={open || undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        onOpen(event.currentTarget.getBoundingClientRect().top)
      }}
      className="flex h-full flex-col justify-center gap-0.5 border-b border-line px-3 text-ink no-underline outline-offset-[-2px] hover:bg-hover aria-[current]:bg-accent-soft"
    >
      <span className="flex items-center gap-3 max-[719px]:gap-2">
        <span className="w-40 shrink-0 truncate text-secondary max-[1279px]:w-auto">
          <FateMark fate={item.fate} brief />
        </span>
        <span className="min-w-0 truncate font-medium">{sender(item)}</span>
        <span className="min-w-0 shrink-[99] grow truncate text-secondary text-ink-3 max-[719px]:hidden">{item.from_name ? item.from_address : ''}</span>
        <time className="tabular ml-auto shrink-0 text-secondary text-ink-3" dateTime={item.received_at} title={absolute(item.received_at, language)}>
          {moment(item.received_at, now, language)}
        </time>
      </span>
      <span className="flex items-baseline gap-3">
        <span className="w-40 shrink-0 truncate text-secondary text-ink-3 max-[1279px]:hidden">{mailbox}</span>
        <span className="min-w-0 truncate">{item.subject || <span className="text-ink-3">{t(item.source === 'messenger' ? 'ledger.chat' : 'list.noSubject')}</span>}</span>
        {item.reason && <span className="min-w-0 shrink-[2] grow basis-0 truncate text-secondary text-ink-3">{item.reason}</span>}
      </span>
    </a>
  )
}
