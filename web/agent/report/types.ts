/** The shapes of the reports API. */
import type { Clock, Figure as Known, Unit, Value } from '../api/types'

export type Group = 'speed' | 'quality' | 'volume' | 'people' | 'before'
export type Better = 'lower' | 'higher' | null
export type Figure = Known & { group?: Group; name?: string; better?: Better }
export type FigureInfo = { key: string; name: string; group: Group; unit: Unit; clock: Clock | null; better: Better; formula: string; agent: string | null; by: string[]; version: number }
export type BreakdownRow = { key: string; label: string; now: Value; before: Value | null }
export type BreakdownData = {
  figure: string
  clock: Clock | null
  by: string
  unit: Unit
  formula: string
  version: number
  currency: string
  total: { now: Value; before: Value | null }
  rows: BreakdownRow[]
}
export type Case = { conversation_id: string; number: number; subject: string; at: string; seconds: number | null; waiting?: boolean }
export type Saved = { id: number; agent_id: number; name: string; state: Record<string, unknown>; shared: boolean; created_at: string; can: string[] }
export type ReportMail = { address: string; due_at: string; state: 'ready' | 'sending' | 'sent' | 'failed' | 'unknown'; attempts: number; error: string | null; sent_at: string | null }
export type Schedule = {
  id: string
  report_id: number
  agent_id: number
  every: 'day' | 'week' | 'month'
  day: number
  minute: number
  time_zone: string
  locale: string
  mailbox_id: number
  recipients: string[]
  paused: boolean
  next_at: string | null
  last: ReportMail[]
}
export type WallboardData = {
  at: string
  waiting: number
  unassigned: number
  longest_since: string | null
  longest_id: string | null
  longest_number: number | null
  price_per_hour_minor: number
  currency: string
  at_risk: number
  broken: number
  next_due_at: string | null
  received_today: number
  resolved_today: number
  first_reply: Value
  first_reply_before: Value
  time_zone: string
}
