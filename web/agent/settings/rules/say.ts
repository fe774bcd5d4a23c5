import { useQuery } from '@tanstack/react-query'
import type { Rule, RuleAction } from '../../api/types'
import { type Key, type Translate, useT } from '../../app/i18n'
import { type Directory, useMay } from '../../app/me'
import { botsQuery } from '../../bots/queries'
import { inUnit, unitOf } from '../promises/queries'
import { FIELDS, fieldOf, isTest, treeOf } from './fields'
import type { Condition, Test } from './types'
import { useAccounts } from './useAccounts'

type Named = { directory: Directory; accounts: readonly { id: number; name: string }[]; bots?: readonly { id: number; name: string }[] }

/** A rule as one sentence: "When a message comes in and subject contains “invoice”: assign to Billing, tag with money." */
export function useSayRule(directory: Directory): (rule: Rule) => string {
  const t = useT()
  const accounts = useAccounts()
  const bots = useQuery({ ...botsQuery, enabled: useMay('bots.read') }).data ?? []
  const named = { directory, accounts, bots }
  return (rule) => {
    const after = rule.after_s === null ? '' : sayAfter(rule.after_s, rule.clock, t)
    const asked = sayCondition(rule.condition as Condition, t, named)
    const when = [t(`rules.on.${rule.on}`, { time: after }), ...(asked ? [asked] : [])].join(` ${t('rules.and')} `)
    return `${when}: ${rule.actions.flatMap((action) => sayAction(action, t, named)).join(', ')}.`
  }
}

/** "2 hours, team clock". */
function sayAfter(seconds: number, clock: Rule['clock'], t: Translate): string {
  const time = sayDuration(seconds, t)
  return clock === 'team' ? t('rules.onTeamClock', { time }) : time
}

export function sayDuration(seconds: number, t: Translate): string {
  const unit = unitOf(seconds)
  return t(`rules.unit.${unit}`, { n: Number(inUnit(seconds, unit)) })
}

/** A condition in words, "" when it asks nothing; groups within groups stand in brackets. */
export function sayCondition(condition: Condition, t: Translate, named: Named, inner = false): string {
  if (isTest(condition)) return sayTest(condition, t, named)
  const { join, parts } = treeOf(condition)
  const said = parts.map((part) => sayCondition(part, t, named, true)).filter(Boolean)
  const words = said.join(` ${t(join === 'all' ? 'rules.and' : 'rules.or')} `)
  if (said.length === 0) return ''
  if (join === 'none') return t('conditions.noneOf', { value: words })
  return inner && said.length > 1 ? `(${words})` : words
}

export function sayTest(test: Test, t: Translate, named: Named): string {
  const name = fieldOf(test)
  if (name === null) return `${test.field} ${test.op} ${String(test.value)}`
  const field = FIELDS[name]
  const label = field.kind === 'attribute' ? test.field.slice(test.field.indexOf('.') + 1) : t(`field.${name}`)
  if (field.kind === 'yes') return test.value === false ? t('conditions.not', { field: label }) : label
  return t('conditions.say', { field: label, op: t(`op.${test.op}` as Key), value: sayValue(test, t, named) })
}

function sayValue(test: Test, t: Translate, named: Named): string {
  if (Array.isArray(test.value)) return test.value.map((one) => sayValue({ ...test, value: one }, t, named)).join(', ')
  if (test.value === null) return t('conditions.nobody')
  const { directory, accounts, bots } = named
  const name = fieldOf(test)
  const kind = name === null ? 'text' : FIELDS[name].kind
  const id = Number(test.value)
  const text = String(test.value)
  switch (kind) {
    case 'choice':
    case 'channels':
      return t(`word.${text}` as Key)
    case 'seconds':
      return sayDuration(id, t)
    case 'time':
      return typeof test.value === 'number' ? sayDuration(id, t) : text.slice(0, 10)
    case 'percent':
      return `${text} %`
    case 'number':
    case 'money':
      return text
    case 'team':
      return directory.team(id)?.name ?? '…'
    case 'agent':
      return test.value === 'me' ? 'me' : (directory.agent(id)?.name ?? '…')
    case 'tags':
      return directory.tag(id)?.name ?? '…'
    case 'topic':
      return directory.topic(id)?.name ?? '…'
    case 'account':
      return accounts.find((one) => one.id === id)?.name ?? '…'
    case 'bot':
      return bots?.find((one) => one.id === id)?.name ?? '…'
    default:
      return typeof test.value === 'number' ? text : `“${text}”`
  }
}

function sayAction(action: RuleAction, t: Translate, { directory, bots }: Named): string[] {
  const { agent, team, tag, topic } = directory
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
  if (action.type === 'reply') return [t('rules.do.reply', { value: Object.keys(action.text).join(', ') })]
  if (action.type === 'start_bot') return [t('rules.do.start_bot', { value: bots?.find((one) => one.id === action.bot_id)?.name ?? '…' })]
  if (action.type === 'hand_over') return [t('rules.do.hand_over')]
  if (action.type === 'webhook') return [t('rules.do.webhook', { value: action.url.split('/')[2] ?? action.url })]
  const target = agent(action.assignee_id)?.name ?? team(action.team_id)?.name
  return [target ? t('rules.do.assign', { value: target }) : t('rules.do.unassign')]
}
