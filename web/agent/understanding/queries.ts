import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import type { Page } from '../api/types'

type Schema = components['schemas']
export type TaskName = Schema['GuessView']['task']
export type Guess = Schema['GuessView']
export type Reading = Schema['ReadingView']
export type Understanding = Schema['UnderstandingView']
export type Training = Schema['TrainingView']
export type TaskReport = Schema['TaskReport']

/** What was read in a conversation. The worker reads a moment after a message has come, so the first answers are asked again. */
export const readingsQuery = (conversation: string, seq: number) =>
  queryOptions({
    queryKey: ['readings', conversation, seq],
    queryFn: async ({ signal }) => (await api.get<Page<Reading>>(`/api/conversations/${conversation}/understanding`, {}, signal)).items,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.dataUpdateCount < 3 ? 2000 : false),
  })

export const understandingQuery = queryOptions({
  queryKey: ['understanding'],
  queryFn: ({ signal }) => api.get<Understanding>('/api/understanding', {}, signal),
  refetchInterval: ({ state }) => (isOpen(state.data?.last) ? 1000 : 60_000),
})

/** Whether a training waits or runs. */
export function isOpen(training: Training | null | undefined): boolean {
  return training?.state === 'waiting' || training?.state === 'running'
}

/** Per task the guess to show, with its message: what was done last, else the newest that is known. */
export function latestGuesses(readings: readonly Reading[]): { guess: Guess; messageId: string; can: boolean }[] {
  const found = new Map<TaskName, { guess: Guess; messageId: string; can: boolean }>()
  for (const reading of readings) {
    for (const guess of reading.guesses) {
      const seen = found.get(guess.task)
      const done = guess.state !== 'seen'
      if (seen ? done && seen.guess.state === 'seen' : done || guess.known) {
        found.set(guess.task, { guess, messageId: reading.message_id, can: reading.can.includes('correct') })
      }
    }
  }
  return TASK_ORDER.flatMap((task) => found.get(task) ?? [])
}

export const TASK_ORDER: readonly TaskName[] = ['topic', 'severity', 'difficulty', 'sentiment', 'needs_answer']
/** What each task can be corrected to; topics come from the workspace. */
export const VALUES: Record<Exclude<TaskName, 'topic'>, readonly number[]> = { severity: [3, 2, 1, 0], difficulty: [2, 1, 0], sentiment: [1, 0, -1], needs_answer: [1, 0] }
