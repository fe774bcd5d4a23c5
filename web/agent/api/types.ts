/** The shapes of the API, by the names the workspace uses. They come from its OpenAPI description (`npm run api`). */
import type { components } from '../../shared/api.gen'

type Schema = components['schemas']
/** Fields with a default are optional to send and always there to read. */
type Answer<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

export type Id = string
export type Page<T> = { items: T[]; next?: string | null }

export type Me = Schema['Me']
export type Agent = Answer<Schema['Agent']>
export type Team = Answer<Schema['Team']>
export type Tag = Answer<Schema['Tag']>
export type Topic = Answer<Schema['Topic']>
type ValueSchema = Schema['ValueView']
export type ValueView = Omit<ValueSchema, 'value' | 'defaults' | 'sources'> & { value: Schema['ValueSettings']; defaults: Schema['ValueSettings']; sources: Record<string, Source> }
export type Source = ValueSchema['channels'][number]['source']
export type Candidate = { value: Record<string, unknown>; channels: { account_id: number; patience_s: number; away_patience_s: number | null }[]; topics: { topic_id: number; handle_s: number | null }[] }
type Slowness = Schema['Slowness']
export type SlownessAnswer = Schema['SlownessAnswer']
export type CostPart = Slowness['parts'][string][number]
export type CostCase = Schema['CostCase']
export type ChurnView = Schema['ChurnView']
export type TakenOutcomes = Schema['TakenOutcomes']
export type Preview = Schema['InboxPreview']
export type PreviewRow = Schema['PreviewRow']
export type Role = Schema['RoleView']
export type WorkspaceSettings = Answer<Omit<Schema['WorkspaceSettings'], 'value'>> & { value: Answer<Schema['ValueSettings']> }
export type Workspace = Omit<Schema['WorkspaceView'], 'settings'> & { settings: WorkspaceSettings }

export type Row = Schema['ListPage']['items'][number]
export type Conversation = Schema['Detail']
/** Where one customer is talked to. `live`: a visitor who is on the page now; `read_seq`: how far they have read. */
export type Endpoint = Schema['EndpointView']
/** 0 open, 1 waiting for the customer, 2 snoozed, 3 resolved, 4 spam, 5 merged. */
export type Status = Schema['Status']
export type Counters = Record<string, number>

export type MailAddress = { name: string; address: string }
export type Authentication = Schema['Authentication']
export type Headers = { from?: MailAddress; to?: MailAddress[]; cc?: MailAddress[]; bcc?: MailAddress[]; subject?: string; notes?: string[]; authentication?: Authentication | null; erased?: boolean }
export type Author = Omit<Schema['Author'], 'kind'> & { kind: 'agent' | 'customer' | 'system' | 'rule' | 'bot' | 'token' | 'classifier' }
export type Attachment = Schema['AttachmentView']

export type Message = Omit<Schema['MessageView'], 'author' | 'headers' | 'kind' | 'direction' | 'delivery'> & {
  author: Author
  headers: Headers
  kind: 'message' | 'note' | 'system' | 'auto_reply' | 'bounce'
  direction: 'in' | 'out' | 'internal'
  delivery: 'none' | 'ready' | 'sending' | 'sent' | 'failed' | 'unknown'
}
export type ThreadEvent = Omit<Schema['EventView'], 'author'> & { author: Author }
export type ThreadItem = Message | ThreadEvent

/** What somebody is writing. Reply and note are two texts, so that a note never ends up in a mail. `html` null: plain text. */
export type DraftBody = {
  mode: 'reply' | 'note'
  reply: { text: string; html: string | null } | null
  note: { text: string; html: string | null } | null
  to: string[]
  cc: string[]
  bcc: string[]
  files: { id: Id; name: string; size: number }[]
  endpoint_id: Id | null
  from_address: string
}

export type OutboxRow = Omit<Schema['OutboxView'], 'state'> & {
  state: 'held' | 'ready' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'unknown'
}
/** A public message the author of a reply had not seen; a member of the problem `unseen_messages`. */
export type UnseenMessage = { id: Id; seq: number; direction: string; author_id: string | null; at: string; text: string }

export type Company = Answer<Schema['Company']>
export type Contact = Answer<Omit<Schema['Contact'], 'company'>> & { company: Company | null }

export type Calendar = Schema['CalendarView']
export type Plan = { tz: string; periods: Period[]; holidays: Holiday[] }
export type Period = Schema['Period']
export type Holiday = Answer<Schema['Holiday']>

export type Mailbox = Schema['Mailbox']
export type Webhook = Answer<Schema['Webhook']>
export type Server = Schema['ServerView']
export type ImapServer = Schema['ImapServer']
export type SmtpServer = Schema['SmtpServer']
export type MailboxSending = Answer<Schema['SendingView']>
export type SendingDomain = Answer<Schema['DomainView']>
export type DkimKey = SendingDomain['keys'][number]
export type DomainCheck = Schema['DomainCheck']
export type DnsFinding = DomainCheck['spf']
export type MailboxTest = Schema['MailboxTestResult']
export type ImapFolder = Schema['ImapFolder']
export type MailboxRhythm = Answer<Schema['MailboxRhythm']>

export type Rule = Answer<Schema['Rule']>
export type Policy = Answer<Schema['Policy']>
export type Escalation = Schema['Escalation']
export type AccountPromise = Schema['AccountPromise']
export type RuleAction = Rule['actions'][number]
export type Token = Schema['TokenView']
export type Session = Schema['SessionView']
export type AuditEntry = Schema['AuditEntry']
export type IntakeItem = Answer<Schema['LedgerRow']>
export type Overview = Schema['Overview']
export type FateCount = Schema['FateCount']
export type MailView = Schema['MailView']

export type ReportData = Omit<Schema['Report'], 'figures'> & { figures: Figure[] }
export type Value = Answer<Schema['Value']>
export type Figure = Omit<Schema['Figure'], 'now' | 'before'> & { now: Value; before: Value | null }
export type Point = Schema['Point']
export type Interval = ReportData['interval']
export type Clock = NonNullable<Figure['clock']>
export type Unit = Figure['unit']
export type CaseRef = Schema['CaseRef']

export type Scenario = Schema['Scenario']
export type SimulatedFigure = Schema['SimulatedFigure']
export type Comparison = Schema['Comparison']
export type Simulation = Schema['Simulation']
