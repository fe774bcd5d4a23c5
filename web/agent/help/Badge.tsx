import { type Key, useLanguage, useT } from '../app/i18n'
import { Tip } from '../ui/Tip'
import { languageName } from './names'
import type { LanguageState } from './types'

export type Standing = 'live' | 'changed' | 'stale' | 'review' | 'draft' | 'missing' | 'archived'

/** The one thing to know about a language of an article; what needs somebody comes first. */
export function standing(state: Pick<LanguageState, 'state' | 'live' | 'changed' | 'stale'>): Standing {
  if (state.state === 'missing') return 'missing'
  if (state.state === 'archived') return 'archived'
  if (state.state === 'review') return 'review'
  if (state.stale) return 'stale'
  if (!state.live) return 'draft'
  return state.changed ? 'changed' : 'live'
}

export const STANDING: Record<Standing, Key> = {
  live: 'standing.live',
  changed: 'standing.changed',
  stale: 'standing.stale',
  review: 'standing.review',
  draft: 'standing.draft',
  missing: 'standing.missing',
  archived: 'standing.archived',
}

const LOOK: Record<Standing, string> = {
  live: 'border-transparent bg-done-soft text-done',
  changed: 'border-transparent bg-done-soft text-done',
  stale: 'border-note-line bg-note text-note-ink',
  review: 'border-accent-line bg-accent-soft text-accent-ink',
  draft: 'border-line-strong text-ink-2',
  missing: 'border-dashed border-ink-faint text-ink-3',
  archived: 'border-transparent bg-pressed text-ink-3 line-through',
}

/** A shape for each, so that colour never speaks alone. */
export function StandingMark({ of, size = 10 }: { of: Standing; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" className="shrink-0" aria-hidden>
      {of === 'live' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
      {of === 'changed' && (
        <>
          <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.2" />
          <path d="M5 1.6a3.4 3.4 0 0 1 0 6.8Z" fill="currentColor" />
        </>
      )}
      {of === 'stale' && <path d="M5 .8 9.4 9H.6Z" fill="currentColor" />}
      {of === 'review' && <path d="M1.2 5S2.6 2 5 2s3.8 3 3.8 3S7.4 8 5 8 1.2 5 1.2 5Z M5 6.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8Z" fill="none" stroke="currentColor" strokeWidth="1.1" />}
      {of === 'draft' && <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.2" />}
      {of === 'missing' && <path d="M2 2l6 6M8 2l-6 6" stroke="currentColor" strokeWidth="1.2" strokeLinecap="round" />}
      {of === 'archived' && <path d="M1.5 5h7" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />}
    </svg>
  )
}

/** A language and how it stands, as small as a chip. */
export function LanguageBadge({ state, onOpen }: { state: LanguageState; onOpen?: () => void }) {
  const t = useT()
  const language = useLanguage()
  const of = standing(state)
  const name = `${languageName(state.language, language)}: ${t(STANDING[of])}`
  // Whoever speaks to the page says what is written on the badge.
  const spoken = `${state.language.toUpperCase()}, ${name}`
  const look = `inline-flex h-6 min-w-11 items-center justify-center gap-1 rounded-full border px-2 text-[12px] leading-none ${LOOK[of]}`
  const inner = (
    <>
      <StandingMark of={of} size={9} />
      <span>{state.language.toUpperCase()}</span>
    </>
  )
  return (
    <Tip label={name}>
      {onOpen ? (
        <button type="button" aria-label={spoken} onClick={onOpen} className={`${look} hover:brightness-95 dark:hover:brightness-110`}>
          {inner}
        </button>
      ) : (
        <span role="img" aria-label={name} className={look}>
          {inner}
        </span>
      )}
    </Tip>
  )
}
