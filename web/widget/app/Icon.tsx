const PATHS = {
  back: 'M15 18l-6-6 6-6',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  attach: 'M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L10 17a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4',
  emoji: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01',
  voice: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21',
  send: 'M12 19V5M6 11l6-6 6 6',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
  next: 'M9 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
} as const

/** Drawn with the text's colour; says nothing to screen readers: its button does. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  const isHeavy = name === 'more'
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width={isHeavy ? 2.6 : 1.8} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" class={name === 'back' || name === 'next' ? 'turns' : undefined}>
      <path d={PATHS[name]} />
    </svg>
  )
}
