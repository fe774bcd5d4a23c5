import type { ImapServer, Server, SmtpServer } from '../../api/types'
import { number, text } from '../parts'

/** The incoming server as a form says it, with what `old` says beside; null where mail comes in another way. */
export function readImap(form: FormData, old: Server | null = null): ImapServer | null {
  const server = readServer(form, 'imap')
  if (!server) return null
  const wanted = form.get('imap.history')
  return { ...reading(old), ...server, ...(wanted === null ? {} : { history: readHistory(form) }) }
}

/** The outgoing server as a form says it; null without one. */
export const readSmtp = (form: FormData): SmtpServer | null => readServer(form, 'smtp')

/** A stored incoming server as it is sent back: the password stays where it is. */
export function storedImap({ host, port, security, username, verify, ...rest }: Server): ImapServer {
  return { host, port, security, username, verify, ...reading({ host, port, security, username, verify, ...rest }) }
}

const reading = (server: Server | null) => ({
  folders: server?.folders ?? ['INBOX'],
  after_fetch: (server?.after_fetch || 'keep') as ImapServer['after_fetch'],
  move_to: server?.move_to ?? '',
  history: server?.history ?? false,
})

export const HISTORY = ['none', 'month', 'year', 'all', 'day'] as const
const DAYS = { month: 30, year: 365 } as const

/** How far back: not at all, all of it, or from a day on. */
export function readHistory(form: FormData, now = Date.now()): ImapServer['history'] {
  const choice = text(form, 'imap.history') as (typeof HISTORY)[number]
  if (choice === 'all') return true
  if (choice === 'day') return text(form, 'imap.history_since') || false
  return choice === 'month' || choice === 'year' ? new Date(now - DAYS[choice] * 86_400_000).toISOString().slice(0, 10) : false
}

function readServer(form: FormData, kind: 'imap' | 'smtp') {
  const host = text(form, `${kind}.host`)
  if (!host) return null
  const password = String(form.get(`${kind}.password`) ?? '')
  return {
    host,
    port: number(form, `${kind}.port`) ?? 0,
    security: text(form, `${kind}.security`) as Server['security'],
    username: text(form, `${kind}.username`),
    verify: form.get(`${kind}.verify`) === 'on',
    ...(password ? { password } : {}),
  }
}
