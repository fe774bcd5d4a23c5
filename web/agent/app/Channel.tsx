import { Globe, Mail, MessageCircle } from 'lucide-react'
import type { Row } from '../api/types'
import { useT } from './i18n'

/** Seconds a customer is promised an answer in, where nothing says it nearer: 12 hours by mail, two minutes in a chat. */
const EXPECTED_BY_MAIL_S = 43_200
const EXPECTED_IN_CHAT_S = 120

export function expectedSeconds(channel: string): number {
  return channel === 'messenger' ? EXPECTED_IN_CHAT_S : EXPECTED_BY_MAIL_S
}

/** The way a conversation came, as a glyph with a name. */
export function ChannelGlyph({ channel, size = 14 }: { channel: string; size?: number }) {
  const t = useT()
  const look = 'shrink-0 text-ink-faint'
  if (channel === 'email') return <Mail size={size} className={look} aria-label={t('channel.email')} />
  if (channel === 'messenger') return <MessageCircle size={size} className={look} aria-label={t('channel.messenger')} />
  return <Globe size={size} className={look} aria-hidden />
}

/** What a conversation is called where it has no subject of its own: chats begin without one. */
export function useTitle(): (row: Pick<Row, 'subject' | 'channel' | 'contact'>) => string {
  const t = useT()
  return (row) => {
    if (row.subject) return row.subject
    if (row.contact.erased) return t('erase.subject')
    if (row.channel !== 'messenger') return t('list.noSubject')
    return t('chat.with', { name: row.contact.name || row.contact.address || t('visitor.unnamed') })
  }
}
