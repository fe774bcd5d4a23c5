import { settingsList } from '../queries'

export type Security = 'tls' | 'starttls' | 'none'
export type Server = { host: string; port: number; username: string; security: Security; verify: boolean; has_password: boolean; folders?: string[] }

export type Mailbox = {
  id: number
  name: string
  address: string
  team_id: number | null
  calendar_id: number
  expect_s: number
  patience_s: number
  silent_after_s: number | null
  imap: Server | null
  smtp: Server | null
  last_item_at: string | null
  problem: string | null
  problem_at: string | null
  can: string[]
}

export const mailboxesQuery = settingsList<Mailbox>('/api/mailboxes')
