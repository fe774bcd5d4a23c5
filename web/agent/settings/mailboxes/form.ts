import type { ImapServer, Server, SmtpServer } from '../../api/types'
import { number, text } from '../parts'

/** The incoming server as a form says it; null where mail comes in another way. */
export function readImap(form: FormData): ImapServer | null {
  const server = readServer(form, 'imap')
  if (!server) return null
  return {
    ...server,
    folders: text(form, 'imap.folders').split(',').map((name) => name.trim()).filter(Boolean),
    after_fetch: text(form, 'imap.after_fetch') as ImapServer['after_fetch'],
    history: form.get('imap.history') === 'on',
  }
}

/** The outgoing server as a form says it; null without one. */
export const readSmtp = (form: FormData): SmtpServer | null => readServer(form, 'smtp')

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
