/** What the messenger server and the frame say to each other, below `/api/messenger/{key}` (docs/develop/messenger-js.md). */

export type Attachment = { id: string; name: string; content_type: string; size: number; url: string }
export type Message = {
  id: string
  /** Grows within a thread, with gaps. */
  seq: number
  from: 'you' | 'team' | 'system'
  name: string
  picture_url: string | null
  at: string
  text: string
  attachments: Attachment[]
  /** No person wrote it. */
  bot?: BotPart | null
}
export type BotPart = {
  /** What can be pressed; pressing is sending the words. */
  choices: string[]
  ask: 'text' | 'email' | 'number' | 'date' | 'choice' | 'file' | null
  /** The text without the article. */
  lead: string
  article: { title: string; url: string; section: string } | null
  /** The bot still has the conversation. */
  held: boolean
}
/** What a bot says by itself; nothing of it is kept before the visitor answers. */
export type Offer = {
  id: string
  on: { type: 'new_conversation' | 'outside_hours' } | { type: 'page'; url: string; after_s: number } | { type: 'event'; name: string }
  messages: { text: string; name: string; bot: BotPart }[]
}
export type Thread = {
  id: string
  subject_preview: string
  last_at: string
  unread: number
  seq: number
  read_seq: number
  team_read_seq: number
  closed: boolean
}
export type Visitor = { id: string; name: string; identified: boolean; address: string | null }
export type PrechatField = { field: 'name' | 'email'; required: boolean }
export type Inbox = {
  name: string
  /** By language. */
  title: Record<string, string>
  greeting: Record<string, string>
  color: string
  faces: { name: string; picture_url: string | null }[]
  prechat: PrechatField[]
  ask_email_when: 'away' | 'always' | 'never'
  max_file_bytes: number
  sound: boolean
  locale: string
  /** Articles of a help centre: `held` visitors do without, `compared` ones have them while others do without. */
  articles: 'none' | 'shown' | 'compared' | 'held'
  collect: { pages: boolean; device: boolean; events: boolean; respect_dnt: boolean }
}
export type Hours = { open: boolean; back_at: string | null; expect_s: number }
export type Booted = { token: string; visitor: Visitor; inbox: Inbox; hours: Hours; threads: Thread[]; unread: number; openings: Offer[] }

export type Values = Record<string, string | number | boolean>
export type Fact = {
  /** That they have written the server knows by itself. */
  kind: 'landed' | 'page' | 'opened' | 'form' | 'left' | 'event' | 'search' | 'article' | 'helped' | 'not_helped'
  at: string
  name?: string
  url?: string
  title?: string
  data?: Values
}

export type ServerFrame =
  | { type: 'hello' }
  | { type: 'pong' }
  | { type: 'message'; thread: string; message: Message }
  | { type: 'typing'; thread: string; name: string; typing: boolean }
  | { type: 'read'; thread: string; seq: number }
  | ({ type: 'thread' } & Thread)

export type ClientFrame =
  | { type: 'typing'; thread: string; typing: boolean }
  | { type: 'page'; url: string; title: string }
  | { type: 'read'; thread: string; seq: number }
  | { type: 'facts'; items: Fact[] }
  | { type: 'ping' }

/** The first frame of a socket: who this is, and how far each thread is known here. */
export type Opening = {
  token: string
  threads: Record<string, number>
  visit: string
  page: { url: string; title: string } | null
}
