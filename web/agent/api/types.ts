/** The shapes of the API the workspace reads. */

export type Id = string

export type Agent = { id: number; name: string; email: string; role_id?: number; role?: string; locale?: string; time_zone?: string; disabled_at?: string | null; team_ids?: number[]; can?: string[] }
export type Team = { id: number; name: string; calendar_id?: number | null; member_ids?: number[]; can?: string[] }
export type Tag = { id: number; name: string; color: number; can?: string[] }

export type Workspace = { id: number; name: string; base_currency: string; locale: string; time_zone: string; can?: string[] }

export type Me = {
  agent: Agent
  workspace: Workspace
  permissions: string[]
  csrf_token: string
  teams: Team[]
  locale: string
}

export type Page<T> = { items: T[]; next: string | null; as_of?: string | null }

export type ContactRef = { id: Id; name: string | null; address: string | null }
export type CompanyRef = { id: Id; name: string }
export type Reason = { key: string; params: Record<string, string | number>; text: string }

/** 0 open, 1 waiting for the customer, 2 snoozed, 3 resolved, 4 spam, 5 merged. */
export type Status = 0 | 1 | 2 | 3 | 4 | 5

export type Row = {
  id: Id
  number: number
  subject: string
  preview: string
  contact: ContactRef
  company: CompanyRef | null
  account_id: number
  channel: string
  team_id: number | null
  assignee_id: number | null
  status: Status
  severity: number
  difficulty: number
  tag_ids: number[]
  last_message_at: string
  waiting_since: string | null
  waiting_team_s: number | null
  price_per_hour_minor: number | null
  currency: string
  price_assumed: boolean
  order_index: number | null
  reason: Reason | null
  overdue: boolean
  unread: boolean
  seq: number
  can: string[]
}

/** `to` and `cc` are whom an answer on it goes to. */
export type Endpoint = { id: Id; account_id: number; address: string | null; to: string[]; cc: string[]; closed_at: string | null }

export type Conversation = Row & {
  endpoints: Endpoint[]
  stage: string
  holder: { kind: string; id: number | null }
  since: string
  promise_until: string | null
  snoozed_until: string | null
  public_seq: number
  customer_seq: number
  read_seq: number
  root_id: Id | null
  merged: { id: Id; number: number }[]
}

export type Author = { kind: 'agent' | 'customer' | 'system' | 'rule' | 'bot' | 'token'; id: string | number | null; name: string }
export type MailAddress = { name: string; address: string }
export type Headers = { from?: MailAddress; to?: MailAddress[]; cc?: MailAddress[]; bcc?: MailAddress[]; reply_to?: MailAddress[]; subject?: string }
export type Attachment = { id: Id; name: string; content_type: string; size: number; inline: boolean }
export type Delivery = 'none' | 'ready' | 'sending' | 'sent' | 'failed' | 'unknown'

export type Message = {
  type: 'message'
  id: Id
  conversation_id: Id
  seq: number
  kind: 'message' | 'note' | 'system' | 'auto_reply' | 'bounce'
  direction: 'in' | 'out' | 'internal'
  author: Author
  at: string
  text: string
  visible_text: string
  quoted_text: string
  has_html: boolean
  html_url: string | null
  attachments: Attachment[]
  headers: Headers
  delivery: Delivery
  keeps_ball: boolean
  needs_answer: boolean
  mentions: number[]
  can: string[]
}

export type ThreadEvent = {
  type: 'event'
  conversation_id: Id
  seq: number
  kind: string
  author: Author
  at: string
  data: Record<string, unknown>
}

export type ThreadItem = Message | ThreadEvent

/** A public message the author of a reply had not seen. */
export type UnseenMessage = { id: Id; seq: number; direction: string; author_id: string | null; at: string; text: string }

export type Counters = Record<string, number>

/** What somebody is writing. Reply and note are two texts, so that a note never ends up in a mail. `html` null: plain text. */
export type DraftBody = {
  mode: 'reply' | 'note'
  reply: { text: string; html: string | null } | null
  note: { text: string; html: string | null } | null
  to: string[]
  cc: string[]
  bcc: string[]
  files: { id: Id; name: string; size: number }[]
}

export type OutboxState = 'held' | 'ready' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'unknown'
export type OutboxRow = {
  id: Id
  conversation_id: Id
  state: OutboxState
  release_at: string
  body: { text: string; html?: string | null; to?: MailAddress[]; cc?: MailAddress[]; bcc?: MailAddress[]; subject?: string; attachment_ids?: Id[] }
  cancel_if_customer_writes: boolean
  agent_id: number | null
  attempts: number
  error: string | null
  can: string[]
}

export type Identity = { id: Id; kind: string; value: string; verified_at: string | null }
export type Company = { id: Id; name: string; domain: string | null; value_minor: number | null; currency: string | null; renewal_on: string | null; cycle_days: number | null; can?: string[] }
export type Contact = { id: Id; name: string | null; locale: string | null; tz: string | null; created_at: string; identities: Identity[]; company: Company | null; can: string[] }
