/** What its neighbours make of a message: a new day before it, a new voice, the end of a run. */
import { dayName } from './i18n'
import type { Message } from './protocol'

export type Lined = {
  message: Message
  /** The day's name over its first message, else ''. */
  day: string
  /** The name stands where somebody of the team begins to speak. */
  isNamed: boolean
  /** Last of a run by one person: time and picture stand here. */
  isLast: boolean
}

const RUN_MS = 5 * 60_000

export function lineUp(messages: Message[], language: string, now = Date.now()): Lined[] {
  let speaker: string | null = null
  return messages.map((message, at) => {
    const before = messages[at - 1]
    const after = messages[at + 1]
    const isNewDay = !before || dayOf(before) !== dayOf(message)
    const isNamed = message.from === 'team' && (isNewDay || message.name !== speaker)
    if (message.from === 'team') speaker = message.name
    return { message, day: isNewDay ? dayName(message.at, now, language) : '', isNamed, isLast: !after || !isRun(message, after) }
  })
}

function dayOf(message: Message): string {
  return new Date(message.at).toDateString()
}

function isRun(a: Message, b: Message): boolean {
  return a.from === b.from && a.name === b.name && dayOf(a) === dayOf(b) && Date.parse(b.at) - Date.parse(a.at) < RUN_MS
}
