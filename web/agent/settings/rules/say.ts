import { type Key, useT } from '../../app/i18n'
import type { Directory } from '../../app/me'
import { type Mailbox, mailboxesQuery } from '../mailboxes/queries'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../../app/me'
import { fieldOf, flatTests } from './fields'
import type { Action, Rule, Test } from './types'

/** A rule as one sentence: "When a message comes in and the subject contains “invoice”: assign to Billing, tag “money”." */
export function useSayRule(directory: Directory): (rule: Pick<Rule, 'on_event' | 'condition' | 'actions'>) => string {
  const t = useT()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  return (rule) => {
    const flat = flatTests(rule.condition)
    const tests = flat ? flat.tests.map((test) => sayTest(test, t, directory, mailboxes)) : [t('rules.complex')]
    const when = [t(`rules.on.${rule.on_event}` as Key), ...tests]
    const joined = flat && !flat.every && tests.length > 1 ? `${when[0]}, ${tests.join(` ${t('rules.or')} `)}` : when.join(` ${t('rules.and')} `)
    return `${joined}: ${rule.actions.map((action) => sayAction(action, t, directory)).join(', ')}.`
  }
}

type T = ReturnType<typeof useT>

function sayTest(test: Test, t: T, { team, tag }: Directory, mailboxes: readonly Mailbox[]): string {
  const field = fieldOf(test)
  if (!field) return `${test.field} ${test.op} ${String(test.value)}`
  const id = Number(test.value)
  const names: Record<string, string | undefined> = {
    text: `“${String(test.value)}”`,
    team: team(id)?.name,
    tag: tag(id)?.name,
    account: mailboxes.find((mailbox) => mailbox.id === id)?.name,
    severity: typeof test.value === 'string' ? t(`severity.${severityLevel(test.value)}` as Key) : undefined,
  }
  return t(`test.${field.field}.${field.op}` as Key, { value: names[field.kind] ?? '…' })
}

export const SEVERITIES = ['low', 'normal', 'high', 'urgent'] as const

function severityLevel(name: string): number {
  return Math.max(0, SEVERITIES.findIndex((one) => one === name))
}

function sayAction(action: Action, t: T, { agent, team, tag }: Directory): string {
  if (action.type === 'tag') return t('rules.do.tag', { value: tag(Number(action.tag_id))?.name ?? '…' })
  const target = agent(action.assignee_id as number | undefined)?.name ?? team(action.team_id as number | undefined)?.name
  return t('rules.do.assign', { value: target ?? '…' })
}
