/** What needs somebody now, the worst first. Pure. */
import type { Overview } from '../../api/types'

export type Alarm =
  | { kind: 'source'; account: number; channel: string; name: string; problem: string; at: string | null }
  | { kind: 'unsent'; failed: number; unknown: number }
  | { kind: 'parked'; items: number }
  | { kind: 'held'; items: number; since: string | null }

export function alarmsOf(overview: Overview): Alarm[] {
  const { attention, sources, failed, unknown } = overview
  const alarms: Alarm[] = sources.flatMap((one) =>
    one.problem ? [{ kind: 'source' as const, account: one.account_id, channel: one.channel, name: one.name, problem: one.problem, at: one.problem_at }] : [],
  )
  if (failed + unknown > 0) alarms.push({ kind: 'unsent', failed, unknown })
  if (attention.parked > 0) alarms.push({ kind: 'parked', items: attention.parked })
  if (attention.held > 0) alarms.push({ kind: 'held', items: attention.held, since: attention.oldest_at })
  return alarms
}
