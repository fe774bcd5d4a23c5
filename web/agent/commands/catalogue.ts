/** Every command of the workspace, once. Buttons, menus, shortcuts and the palette read this table. */
import {
  AlarmClock, ArrowDown, ArrowUp, Archive, BarChart3, Bell, Bookmark, Columns3, MonitorDot, CalendarClock, CheckCircle2, CircleDot, CircleMinus, CirclePause, Clock3, CornerUpLeft, Check, Gauge, Hand, HandHelping, ListEnd, X, Image, Inbox, Keyboard,
  Languages, Layers, LogOut, Merge, MessageSquareText, type LucideIcon, Monitor, Moon, PanelRight, Reply, ReplyAll, RotateCcw, Search, Send, SendHorizontal,
  Settings, ShieldAlert, Split, SquarePen, Undo2, SignalHigh, StickyNote, Sun, Tag, UserCheck, UserPlus, Users, UserRound, UserX, Waypoints, Coins, FlaskConical, Hourglass, Newspaper, Trash2,
} from 'lucide-react'
import type { Key } from '../app/i18n'

export type CommandGroup = 'conversation' | 'compose' | 'list' | 'go' | 'look'
export type Command = { label: Key; icon: LucideIcon; group: CommandGroup; keys?: readonly string[] }

const define = <const T extends Record<string, Command>>(table: T): T => table

export const COMMANDS = define({
  'conversation.reply': { label: 'command.reply', icon: Reply, group: 'conversation', keys: ['r'] },
  'conversation.replyAll': { label: 'command.replyAll', icon: ReplyAll, group: 'conversation', keys: ['shift+r'] },
  'conversation.note': { label: 'command.note', icon: StickyNote, group: 'conversation', keys: ['n'] },
  'conversation.assign': { label: 'command.assign', icon: UserPlus, group: 'conversation', keys: ['a'] },
  'conversation.assignMe': { label: 'command.assignMe', icon: Hand, group: 'conversation', keys: ['i'] },
  'conversation.tag': { label: 'command.tag', icon: Tag, group: 'conversation', keys: ['t'] },
  'conversation.snooze': { label: 'command.snooze', icon: CalendarClock, group: 'conversation', keys: ['s'] },
  'conversation.resolve': { label: 'command.resolve', icon: CheckCircle2, group: 'conversation', keys: ['e'] },
  'conversation.reopen': { label: 'command.reopen', icon: RotateCcw, group: 'conversation', keys: ['shift+e'] },
  'conversation.spam': { label: 'command.spam', icon: ShieldAlert, group: 'conversation', keys: ['!'] },
  'conversation.topic': { label: 'command.topic', icon: MessageSquareText, group: 'conversation', keys: ['o'] },
  'conversation.severity': { label: 'command.severity', icon: SignalHigh, group: 'conversation', keys: ['v'] },
  'conversation.difficulty': { label: 'command.difficulty', icon: Gauge, group: 'conversation', keys: ['d'] },
  'conversation.merge': { label: 'command.merge', icon: Merge, group: 'conversation', keys: ['m'] },
  'conversation.unmerge': { label: 'command.unmerge', icon: Undo2, group: 'conversation' },
  'conversation.split': { label: 'command.split', icon: Split, group: 'conversation', keys: ['x'] },
  'conversation.help': { label: 'command.help', icon: HandHelping, group: 'conversation', keys: ['h'] },
  'conversation.showImages': { label: 'command.showImages', icon: Image, group: 'conversation' },
  'conversation.close': { label: 'command.close', icon: CornerUpLeft, group: 'conversation', keys: ['u'] },
  'compose.new': { label: 'command.newConversation', icon: SquarePen, group: 'compose', keys: ['c'] },
  'compose.send': { label: 'command.send', icon: SendHorizontal, group: 'compose', keys: ['ctrl+enter'] },
  'compose.sendAndKeep': { label: 'command.sendAndKeep', icon: Hourglass, group: 'compose', keys: ['ctrl+shift+enter'] },
  'compose.sendLater': { label: 'command.sendLater', icon: Clock3, group: 'compose' },
  'compose.sendAndResolve': { label: 'command.sendAndResolve', icon: Send, group: 'compose', keys: ['ctrl+alt+enter'] },
  'compose.discard': { label: 'command.discard', icon: Trash2, group: 'compose' },
  'list.next': { label: 'command.next', icon: ArrowDown, group: 'list', keys: ['j'] },
  'list.previous': { label: 'command.previous', icon: ArrowUp, group: 'list', keys: ['k'] },
  'routing.next': { label: 'command.takeNext', icon: ListEnd, group: 'list', keys: ['shift+n'] },
  'routing.accept': { label: 'command.acceptOffer', icon: Check, group: 'list', keys: ['y'] },
  'routing.decline': { label: 'command.declineOffer', icon: X, group: 'list', keys: ['shift+y'] },
  'list.search': { label: 'command.search', icon: Search, group: 'list', keys: ['/'] },
  'list.orderPrice': { label: 'command.orderPrice', icon: Coins, group: 'list' },
  'list.orderOldest': { label: 'command.orderOldest', icon: Hourglass, group: 'list' },
  'list.orderNewest': { label: 'command.orderNewest', icon: Newspaper, group: 'list' },
  'go.open': { label: 'view.open', icon: Inbox, group: 'go', keys: ['g o'] },
  'go.unassigned': { label: 'view.unassigned', icon: UserX, group: 'go', keys: ['g u'] },
  'go.mine': { label: 'view.mine', icon: UserCheck, group: 'go', keys: ['g m'] },
  'go.due': { label: 'view.due', icon: AlarmClock, group: 'go', keys: ['g d'] },
  'go.helping': { label: 'view.helping', icon: HandHelping, group: 'go', keys: ['g h'] },
  'go.snoozed': { label: 'view.snoozed', icon: CalendarClock, group: 'go', keys: ['g z'] },
  'go.resolved': { label: 'view.resolved', icon: Archive, group: 'go', keys: ['g e'] },
  'go.all': { label: 'view.all', icon: Layers, group: 'go', keys: ['g a'] },
  'go.spam': { label: 'view.spam', icon: ShieldAlert, group: 'go' },
  'go.inbox': { label: 'nav.inbox', icon: Inbox, group: 'go', keys: ['g i'] },
  'go.report': { label: 'nav.report', icon: BarChart3, group: 'go', keys: ['g r'] },
  'go.map': { label: 'reports.map', icon: Waypoints, group: 'go', keys: ['g b'] },
  'go.report.breakdown': { label: 'command.breakdown', icon: Columns3, group: 'go' },
  'go.report.saved': { label: 'command.saved', icon: Bookmark, group: 'go' },
  'go.report.wallboard': { label: 'command.wallboard', icon: MonitorDot, group: 'go' },
  'go.whatIf': { label: 'command.whatIf', icon: FlaskConical, group: 'go' },
  'go.staffing': { label: 'staffing.nav', icon: CalendarClock, group: 'go' },
  'go.price': { label: 'slowness.nav', icon: Coins, group: 'go' },
  'go.settings': { label: 'nav.settings', icon: Settings, group: 'go', keys: ['g s'] },
  'go.team': { label: 'settings.people', icon: Users, group: 'go' },
  'go.intake': { label: 'settings.intake', icon: Bell, group: 'go' },
  'look.palette': { label: 'command.palette', icon: Search, group: 'look', keys: ['ctrl+k'] },
  'look.shortcuts': { label: 'command.shortcuts', icon: Keyboard, group: 'look', keys: ['?'] },
  'look.contact': { label: 'command.contactPane', icon: PanelRight, group: 'look', keys: [']'] },
  'me.online': { label: 'presence.online', icon: CircleDot, group: 'look' },
  'me.busy': { label: 'presence.busy', icon: CircleMinus, group: 'look' },
  'me.away': { label: 'presence.away', icon: CirclePause, group: 'look' },
  'look.light': { label: 'command.light', icon: Sun, group: 'look' },
  'look.dark': { label: 'command.dark', icon: Moon, group: 'look' },
  'look.system': { label: 'command.system', icon: Monitor, group: 'look' },
  'look.english': { label: 'language.en', icon: Languages, group: 'look' },
  'look.korean': { label: 'language.ko', icon: Languages, group: 'look' },
  'look.italian': { label: 'language.it', icon: Languages, group: 'look' },
  'go.me': { label: 'settings.me', icon: UserRound, group: 'go' },
  'look.signOut': { label: 'command.signOut', icon: LogOut, group: 'look' },
})

export type CommandId = keyof typeof COMMANDS

export function command(id: CommandId): Command {
  return COMMANDS[id]
}
