import type { Heat } from '../../shared/heat'

export const HEAT_TEXT = ['text-heat-0', 'text-heat-1', 'text-heat-2', 'text-heat-3', 'text-heat-4', 'text-heat-5'] as const

/** A clock face that fills with the wait, so that heat is never told by colour alone; past the limit it is full with a mark. */
export function HeatMark(props: { level: Heat; size?: number }) {
  const size = props.size ?? 12
  const angle = (Math.min(props.level, 4) / 4) * 2 * Math.PI
  const [x, y] = [6 + 4 * Math.sin(angle), 6 - 4 * Math.cos(angle)]
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" className={`shrink-0 ${HEAT_TEXT[props.level]}`} aria-hidden>
      <circle cx="6" cy="6" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.2" />
      {props.level >= 4 && <circle cx="6" cy="6" r="4" fill="currentColor" />}
      {props.level > 0 && props.level < 4 && <path d={`M6 6 V2 A4 4 0 ${angle > Math.PI ? 1 : 0} 1 ${x} ${y} Z`} fill="currentColor" />}
      {props.level === 5 && <path d="M6 3.4v3" stroke="var(--paper)" strokeWidth="1.4" strokeLinecap="round" />}
      {props.level === 5 && <circle cx="6" cy="8.5" r="0.8" fill="var(--paper)" />}
    </svg>
  )
}
