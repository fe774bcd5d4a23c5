/** Setting topic, severity and difficulty: what the pickers offer. A level asks for its reason, which one may leave out. */
import { MessageSquareText } from 'lucide-react'
import type { Conversation, Topic } from '../api/types'
import type { Key, Translate } from '../app/i18n'
import { type Option, openPicker } from '../commands/picker'

type LevelVerb = 'severity' | 'difficulty'
/** The words of the API by the number the journal keeps (`hark.value.types.ChangeReason`). */
const REASONS: Record<LevelVerb, Record<number, string>> = {
  severity: { 1: 'blocked', 2: 'money', 3: 'deadline', 4: 'safety', 5: 'many', 6: 'repeated', 7: 'workaround', 8: 'misjudged' },
  difficulty: { 20: 'expert', 21: 'several', 22: 'routine', 8: 'misjudged' },
}
/** Reasons for less than before. */
const CALMER = ['7', '8', '22']

type SetLevel = (verb: LevelVerb, value: number, reason: string | null) => void

export function pickLevel(verb: LevelVerb, levels: number, current: () => number | undefined, t: Translate, set: SetLevel): void {
  openPicker(() => ({
    title: t(`command.${verb}`),
    placeholder: t(`command.${verb}`),
    options: Array.from({ length: levels }, (_, level) => ({
      id: String(level),
      label: t(`${verb}.${level}` as Key),
      checked: current() === level,
      run: () => {
        if (current() !== level) pickReason(verb, level, level > (current() ?? level), t, set)
      },
    })).toReversed(),
  }))
}

function pickReason(verb: LevelVerb, level: number, worse: boolean, t: Translate, set: SetLevel): void {
  const options: Option[] = Object.entries(REASONS[verb])
    .toSorted(([a], [b]) => (Number(CALMER.includes(a)) - Number(CALMER.includes(b))) * (worse ? 1 : -1))
    .map(([number, word]) => ({ id: word, label: t(`why.${number}` as Key), run: () => set(verb, level, word) }))
  openPicker(() => ({
    title: t('why.title', { level: t(`${verb}.${level}` as Key) }),
    placeholder: t('why.placeholder'),
    options: [{ id: 'none', label: t('why.none'), run: () => set(verb, level, null) }, ...options],
  }))
}

export function pickTopic(
  topics: () => readonly Topic[], conversation: () => Conversation | undefined, t: Translate, set: (topic: Topic | null) => void, create: ((name: string) => void) | null,
): void {
  openPicker(() => ({
    title: t('command.topic'),
    placeholder: t('topic.placeholder'),
    options: [
      ...topics()
        .filter((topic) => !topic.archived)
        .map((topic) => ({ id: String(topic.id), label: topic.name, icon: MessageSquareText, checked: topic.id === conversation()?.topic_id, run: () => set(topic) })),
      ...(conversation()?.topic_id == null ? [] : [{ id: 'none', label: t('topic.none'), run: () => set(null) }]),
    ],
    fromText: (text) => {
      const name = text.trim()
      const known = topics().some((topic) => topic.name.toLocaleLowerCase() === name.toLocaleLowerCase())
      return create && name && !known ? [{ id: 'new', label: t('topic.create', { name }), icon: MessageSquareText, run: () => create(name) }] : []
    },
  }))
}
