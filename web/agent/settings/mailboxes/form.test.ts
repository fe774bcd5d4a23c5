import { expect, test } from 'vitest'
import type { Server } from '../../api/types'
import { readHistory, readImap, storedImap } from './form'

const form = (values: Record<string, string>) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(values)) data.set(name, value)
  return data
}
const NOW = Date.UTC(2026, 10, 23)
const stored: Server = {
  host: 'imap.example.com', port: 993, security: 'tls', username: 'desk', has_password: true, auth: 'password', verify: true,
  folders: ['INBOX', '견적'], after_fetch: 'move', move_to: 'Hark', history: '2026-01-01',
}

test('how far back', () => {
  expect(readHistory(form({ 'imap.history': 'none' }), NOW)).toBe(false)
  expect(readHistory(form({ 'imap.history': 'all' }), NOW)).toBe(true)
  expect(readHistory(form({ 'imap.history': 'month' }), NOW)).toBe('2026-10-24')
  expect(readHistory(form({ 'imap.history': 'year' }), NOW)).toBe('2025-11-23')
  expect(readHistory(form({ 'imap.history': 'day', 'imap.history_since': '2020-02-29' }), NOW)).toBe('2020-02-29')
  expect(readHistory(form({ 'imap.history': 'day' }), NOW)).toBe(false)
})

test('a change of the server keeps folders, treatment and history', () => {
  const server = readImap(form({ 'imap.host': 'new.example.com', 'imap.port': '143', 'imap.security': 'starttls', 'imap.username': 'desk' }), stored)
  expect(server).toMatchObject({ host: 'new.example.com', port: 143, folders: ['INBOX', '견적'], after_fetch: 'move', move_to: 'Hark', history: '2026-01-01' })
  expect(server).not.toHaveProperty('password')
  expect(readImap(form({}), stored)).toBeNull()
})

test('a stored server goes back without what only the server knows', () => {
  expect(storedImap(stored)).toEqual({
    host: 'imap.example.com', port: 993, security: 'tls', username: 'desk', verify: true, folders: ['INBOX', '견적'], after_fetch: 'move', move_to: 'Hark', history: '2026-01-01',
  })
})
