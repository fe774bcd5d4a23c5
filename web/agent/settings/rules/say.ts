import { useQuery } from '@tanstack/react-query'
import type { Mailbox, Rule, RuleAction } from '../../api/types'
import { type Key, type Translate, useT } from '../../app/i18n'
import { type Directory, useMay } from '../../app/me'
import { mailboxesQuery } from '../mailboxes/queries'
import { inUnit, unitOf } from '../promises/queries'
import { fieldOf, flatTests } from './fields'
import type { Condition, Test } from './types'

/** A rule as one sentence: "When a message comes in and the subject contains “invoice”: assign to Billing, tag with money." */
export function useSayRule(directory: Directory): (rule: Rule) => string {
  const t = useT()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  return (rule) => {
    const flat = flatTests(rule.condition as Condition)
    const tests = flat ? flat.tests.map((test) => sayTest(test, t, directory, mailboxes)) : [t('rules.complex')]
    const link = flat && !flat.every ? ` ${t('rules.or')} ` : ` ${t('rules.and')} `
    const after = rule.after_s === null ? '' : sayAfter(rule.after_s, rule.clock, t)
    const when = [t(`rules.on.${rule.on}`, { time: after }), ...(tests.length > 0 ? [tests.join(link)] : [])].join(` ${t('rules.and')} `)
    return `${when}: ${rule.actions.flatMap((action) => sayAction(action, t, directory)).join(', ')}.`
  }
}

/** "2 hours, team clock". */
function sayAfter(seconds: number, clock: Rule['clock'], t: Translate): string {
  const unit = unitOf(seconds)
  const time = t(`rules.unit.${unit}`, { n: Number(inUnit(seconds, unit)) })
  return clock === 'team' ? t('rules.onTeamClock', { time }) : time
}

export function sayTest(test: Test, t: Translate, { team, tag, topic }: Directory, mailboxes: readonly Mailbox[]): string {
  const field = fieldOf(test)
  if (!field) return `${test.field} ${test.op} ${String(test.value)}`
  const id = Number(test.value)
  const names: Record<string, string | undefined> = {
    text: `“${String(test.value)}”`,
    team: team(id)?.name,
    tag: tag(id)?.name,
    topic: topic(id)?.name,
    account: mailboxes.find((mailbox) => mailbox.id === id)?.name,
    channel: t(`channel.${test.value === 'messenger' ? 'messenger' : 'email'}`),
    yes: t(test.value === true ? 'test.yes' : 'test.no'),
    severity: t(`severity.${severityLevel(test.value)}` as Key),
  }
  return t(`test.${field.field}.${field.op}` as Key, { value: names[field.kind] ?? '…' })
}

export const SEVERITIES = ['low', 'normal', 'high', 'urgent'] as const

function severityLevel(name: unknown): number {
  return Math.max(0, SEVERITIES.findIndex((one) => one === name))
}

function sayAction(action: RuleAction, t: Translate, { agent, team, tag, topic }: Directory): string[] {
  if (action.type === 'tag') {
    const say = (key: Key, ids: readonly number[] = []) => ids.map((id) => t(key, { value: tag(id)?.name ?? '…' }))
    return [...say('rules.do.tag', action.add), ...say('rules.do.untag', action.remove)]
  }
  if (action.type === 'severity') return [t(action.raise_only ? 'rules.do.raise' : 'rules.do.severity', { value: t(`severity.${action.value}` as Key) })]
  if (action.type === 'difficulty') return [t('rules.do.difficulty', { value: t(`difficulty.${action.value}` as Key) })]
  if (action.type === 'topic') return [t('rules.do.topic', { value: topic(action.topic_id)?.name ?? '…' })]
  if (action.type === 'resolve') return [t('rules.do.resolve')]
  if (action.type === 'snooze') return [t('rules.do.snooze', { value: sayAfter(action.for_s, 'customer', t) })]
  if (action.type === 'note') return [t('rules.do.note')]
  const target = agent(action.assignee_id)?.name ?? team(action.team_id)?.name
  return [target ? t('rules.do.assign', { value: target }) : t('rules.do.unassign')]
}
