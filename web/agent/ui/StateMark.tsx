import type { PersonState } from '../app/signals'

/** Whether a person is there, as a shape: full disc online, disc with a bar busy, crescent away, ring offline. A word goes with it. */
export function StateMark({ state, size = 10 }: { state: PersonState; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" className={`shrink-0 ${state === 'online' ? 'text-accent' : 'text-ink-3'}`} aria-hidden>
      {state === 'online' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
      {state === 'busy' && (
        <>
          <circle cx="5" cy="5" r="4" fill="currentColor" />
          <path d="M2.9 5h4.2" stroke="var(--paper)" strokeWidth="1.6" strokeLinecap="round" />
        </>
      )}
      {state === 'away' && <path d="M5 1a4 4 0 1 0 4 4.4A3.1 3.1 0 0 1 5 1Z" fill="currentColor" />}
      {state === 'offline' && <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.2" />}
    </svg>
  )
}
