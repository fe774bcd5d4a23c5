import { useEffect, useState } from 'react'
import { useT } from '../app/i18n'

const RADIUS = 15
const LENGTH = 2 * Math.PI * RADIUS

/** Seconds left of the time between two instants, as a number in a ring that empties. */
export function Ring({ from, until }: { from: string; until: string }) {
  const t = useT()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const end = Date.parse(until)
  const left = Math.max(0, Math.ceil((end - now) / 1000))
  const share = Math.min(1, Math.max(0, (end - now) / Math.max(1, end - Date.parse(from))))
  return (
    <span role="timer" aria-label={t('offer.left', { n: left })} className="relative inline-flex size-9 shrink-0 items-center justify-center">
      <svg viewBox="0 0 36 36" className="absolute inset-0 -rotate-90" aria-hidden>
        <circle cx="18" cy="18" r={RADIUS} fill="none" strokeWidth="3" className="stroke-line" />
        <circle cx="18" cy="18" r={RADIUS} fill="none" strokeWidth="3" strokeLinecap="round" className="stroke-accent" strokeDasharray={LENGTH} strokeDashoffset={LENGTH * (1 - share)} />
      </svg>
      <span className="tabular text-[12px] font-medium">{left > 99 ? `${Math.ceil(left / 60)}′` : left}</span>
    </span>
  )
}
