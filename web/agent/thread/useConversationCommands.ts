import { CalendarClock, Tag as TagIcon, UserX, Users } from 'lucide-react'
import { createElement, useRef } from 'react'
import { choices, parseWhen } from '../../shared/when'
import { dayAndTime } from '../../shared/time'
import { api } from '../api/client'
import { tagsQuery, topicsQuery } from '../api/queries'
import type { Conversation, Tag, Topic } from '../api/types'
import { type Key, useLanguage, useT } from '../app/i18n'
import { usePresence } from '../app/live'
import { useDirectory, useMe } from '../app/me'
import { Person } from '../app/Person'
import { openPicker, type Option, refreshPicker } from '../commands/picker'
import { useCommands } from '../commands/registry'
import { notify } from '../ui/toasts'
import { useAct, type Verb } from './actions'
import { pickLevel, pickTopic } from './levels'
import { useMerging } from './MergeDialog'
import { useQueryClient } from '@tanstack/react-query'

type Options = { onDone: () => void; onShowImages: () => void; onMerge: () => void; onSplit: () => void; onHelp: () => void }

/** Offers everything one can do to the open conversation, with its way back. */
export function useConversationCommands(conversation: Conversation | undefined, { onDone, onShowImages, onMerge, onSplit, onHelp }: Options) {
  const t = useT()
  const language = useLanguage()
  const me = useMe()
  const directory = useDirectory()
  const stateOf = usePresence()
  const client = useQueryClient()
  const act = useAct()
  const { unmerge } = useMerging()
  const latest = useRef(conversation)
  latest.current = conversation
  const can = (what: string) => conversation?.can.includes(what) === true
  const id = conversation?.id ?? ''

  const actThenOffer = async (verb: Verb, body: unknown, text: string, undo: [Verb, unknown] | null) => {
    const fresh = await act(id, verb, body)
    if (!fresh) return false
    notify({ text, seconds: 8, action: undo ? { label: t('action.undo'), run: () => void act(id, undo[0], undo[1]) } : undefined })
    return true
  }
  const leaveAfter = async (verb: Verb, body: unknown, text: string, undo: [Verb, unknown]) => {
    if (await actThenOffer(verb, body, text, undo)) onDone()
  }
  const before = () => ({ team_id: latest.current?.team_id ?? null, assignee_id: latest.current?.assignee_id ?? null })

  const assign = (target: { team_id?: number | null; assignee_id?: number | null }, name: string | null) => {
    const text = name ? t('done.assigned', { name }) : t('done.unassigned')
    void actThenOffer('assign', target, text, ['assign', before()])
  }
  const assignOptions = (): Option[] => [
    ...directory.agents
      .filter((agent) => !agent.disabled_at)
      .toSorted((a, b) => Number(b.id === me.agent.id) - Number(a.id === me.agent.id))
      .map((agent) => ({
        id: `agent:${agent.id}`,
        label: agent.id === me.agent.id ? t('assign.me', { name: agent.name }) : agent.name,
        words: agent.email,
        hint: t(`presence.${stateOf(agent.id)}`),
        mark: createElement(Person, { id: agent.id, size: 20 }),
        group: t('assign.people'),
        checked: agent.id === conversation?.assignee_id,
        run: () => assign({ assignee_id: agent.id }, agent.name),
      })),
    ...directory.teams.map((team) => ({
      id: `team:${team.id}`,
      label: team.name,
      icon: Users,
      group: t('assign.teams'),
      checked: team.id === conversation?.team_id,
      run: () => assign({ team_id: team.id, assignee_id: null }, team.name),
    })),
    ...(conversation?.assignee_id ? [{ id: 'none', label: t('assign.nobody'), icon: UserX, group: t('assign.teams'), run: () => assign({ assignee_id: null }, null) }] : []),
  ]

  const snooze = (until: Date) =>
    void leaveAfter('snooze', { until: until.toISOString(), asked_by_customer: false }, t('done.snoozed', { time: dayAndTime(until.getTime(), Date.now(), language) }), ['unsnooze', {}])
  const whenOption = (at: Date, label: string): Option => ({
    id: label + at.getTime(),
    label,
    hint: dayAndTime(at.getTime(), Date.now(), language),
    icon: CalendarClock,
    run: () => snooze(at),
  })

  const tagOptions = (tags: readonly Tag[]): Option[] =>
    tags.map((tag) => {
      const isOn = latest.current?.tag_ids.includes(tag.id) ?? false
      return {
        id: String(tag.id),
        label: tag.name,
        icon: TagIcon,
        checked: isOn,
        run: () => void act(id, 'tags', isOn ? { remove: [tag.id] } : { add: [tag.id] }).then(refreshPicker),
      }
    })
  const createTag = async (name: string) => {
    const tag = await api.post<Tag>('/api/tags', { name })
    await client.invalidateQueries({ queryKey: tagsQuery.queryKey })
    await act(id, 'tags', { add: [tag.id] })
    refreshPicker()
  }
  const setLevel = (verb: 'severity' | 'difficulty', value: number, reason: string | null) =>
    void actThenOffer(verb, { value, reason }, t(`done.${verb}`, { level: t(`${verb}.${value}` as Key) }), [verb, { value: conversation?.[verb] ?? 1 }])
  const levelPicker = (verb: 'severity' | 'difficulty', levels: number) => () => pickLevel(verb, levels, () => latest.current?.[verb], t, setLevel)
  const setTopic = (topic: Topic | null) =>
    void actThenOffer('topic', { topic_id: topic?.id ?? null }, topic ? t('done.topic', { name: topic.name }) : t('done.noTopic'), [
      'topic',
      { topic_id: latest.current?.topic_id ?? null },
    ])
  const createTopic = async (name: string) => {
    const topic = await api.post<Topic>('/api/topics', { name })
    await client.invalidateQueries({ queryKey: topicsQuery.queryKey })
    setTopic(topic)
  }

  const isClosed = conversation !== undefined && conversation.status >= 3
  const isSpam = conversation?.status === 4
  useCommands({
    'conversation.assign': can('assign') && (() => openPicker(() => ({ title: t('command.assign'), placeholder: t('assign.placeholder'), options: assignOptions() }))),
    'conversation.assignMe':
      can('assign') && conversation?.assignee_id !== me.agent.id && (() => assign({ assignee_id: me.agent.id }, me.agent.name)),
    'conversation.tag':
      can('tag') &&
      (() =>
        openPicker(() => {
          const tags = client.getQueryData(tagsQuery.queryKey) ?? []
          return {
            title: t('command.tag'),
            placeholder: t('tag.placeholder'),
            several: true,
            options: tagOptions(tags),
            fromText: (text) =>
              text.trim() && me.permissions.includes('tags.write') && !tags.some((tag) => tag.name.toLocaleLowerCase() === text.trim().toLocaleLowerCase())
                ? [{ id: 'new', label: t('tag.create', { name: text.trim() }), icon: TagIcon, run: () => void createTag(text.trim()) }]
                : [],
          }
        })),
    'conversation.snooze':
      can('snooze') &&
      !isClosed &&
      (() =>
        openPicker(() => ({
          title: t('command.snooze'),
          placeholder: t('snooze.placeholder'),
          options: choices(new Date()).map(({ choice, at }) => whenOption(at, t(`when.${choice}`))),
          fromText: (text) => {
            const at = parseWhen(text, new Date())
            return at ? [whenOption(at, t('snooze.until'))] : []
          },
        }))),
    'conversation.resolve': can('resolve') && !isClosed && (() => void leaveAfter('resolve', {}, t('done.resolved'), ['reopen', {}])),
    'conversation.reopen':
      isSpam && can('unspam')
        ? () => void actThenOffer('unspam', {}, t('done.notSpam'), ['spam', {}])
        : conversation?.status === 3 && can('reopen')
          ? () => void actThenOffer('reopen', {}, t('done.reopened'), ['resolve', {}])
          : conversation?.status === 2 && can('unsnooze')
            ? () => void actThenOffer('unsnooze', {}, t('done.unsnoozed'), null)
            : false,
    'conversation.spam': can('spam') && !isSpam && (() => void leaveAfter('spam', {}, t('done.spam'), ['unspam', {}])),
    'conversation.topic':
      can('topic') &&
      (() => pickTopic(() => client.getQueryData(topicsQuery.queryKey) ?? [], () => latest.current, t, setTopic, me.permissions.includes('topics.write') ? (name) => void createTopic(name) : null)),
    'conversation.severity': can('severity') && levelPicker('severity', 4),
    'conversation.difficulty': can('difficulty') && levelPicker('difficulty', 3),
    'conversation.merge': can('merge') && onMerge,
    'conversation.unmerge': can('unmerge') && (() => void unmerge(id, conversation?.root_id ?? null)),
    'conversation.split': can('split') && onSplit,
    'conversation.help': can('note') && !isClosed && onHelp,
    'conversation.showImages': conversation !== undefined && onShowImages,
  })
}
