/** What the keys of a map are called. */
import type { Key, Translate } from '../app/i18n'
import type { Directory } from '../app/me'

const STAGES = ['queue', 'agent', 'customer', 'bot', 'outside', 'timer', 'date', 'resolved', 'landed', 'landed_search', 'search', 'article', 'opened', 'form', 'sent'] as const

export type Names = { activity: (key: string) => string; resource: (key: string) => string; part: (by: string, key: string) => string }

type Known = { t: Translate; directory: Directory; accounts: readonly { id: number; name: string }[]; split: string; hours: (hour: number) => string; days: (day: number) => string }

/** Names in our own journey: stages by their words, teams, people, topics and mailboxes by the directory. */
export function journeyNames({ t, directory, accounts, split, hours, days }: Known): Names {
  const person = (id: string) => directory.agent(Number(id))?.name ?? t('map.goneAgent', { id })
  const team = (id: string) => (id === '0' ? t('map.noTeam') : (directory.team(Number(id))?.name ?? t('map.goneTeam', { id })))
  const stage = (key: string) => ((STAGES as readonly string[]).includes(key) ? t(`map.stage.${key}` as Key) : key)
  const resource = (key: string) => {
    const [kind = '', id = ''] = key.split(':')
    return kind === 'agent' ? person(id) : kind === 'team' ? team(id) : kind === 'bot' ? t('map.stage.bot') : key
  }
  const parts: Record<string, (key: string) => string> = {
    stage,
    team,
    agent: person,
    topic: (key) => directory.topic(Number(key))?.name ?? t('map.goneTopic', { id: key }),
    account: (key) => accounts.find(({ id }) => id === Number(key))?.name ?? t('map.goneAccount', { id: key }),
    hour: (key) => hours(Number(key)),
    weekday: (key) => days(Number(key)),
    handoff: (key) => key.split('>').map(resource).join(' → '),
  }
  return {
    activity: (key) => {
      const [name = '', id] = key.split(':')
      return id === undefined ? stage(name) : `${stage(name)} · ${split === 'agent' ? person(id) : team(id)}`
    },
    resource,
    part: (by, key) => (key === 'none' ? t(`map.none.${by}` as Key) : key === 'other' ? t('map.other') : (parts[by] ?? ((same) => same))(key)),
  }
}

/** An imported log is called as its file calls it. */
export function logNames(t: Translate, hours: (hour: number) => string, days: (day: number) => string): Names {
  const same = (key: string) => key
  return {
    activity: same,
    resource: same,
    part: (by, key) =>
      key === 'none' ? t('map.none.resource') : key === 'other' ? t('map.other') : by === 'hour' ? hours(Number(key)) : by === 'weekday' ? days(Number(key)) : by === 'step' ? key.replace(' > ', ' → ') : key,
  }
}
