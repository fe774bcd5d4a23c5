import { X } from 'lucide-react'
import type { ReactNode } from 'react'

const TONES = {
  plain: 'border-line-strong text-ink-2',
  accent: 'border-accent-line bg-accent-soft text-accent-ink',
  done: 'border-transparent bg-done-soft text-done',
  wrong: 'border-transparent bg-wrong-soft text-wrong',
  note: 'border-transparent bg-note text-note-ink',
}

export function Chip(props: { tone?: keyof typeof TONES; onRemove?: () => void; removeLabel?: string; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 max-w-40 shrink-0 items-center gap-1 rounded-full border px-2 text-[12px] leading-none ${TONES[props.tone ?? 'plain']}`}
    >
      <span className="truncate leading-[1.4]">{props.children}</span>
      {props.onRemove && (
        <button type="button" aria-label={props.removeLabel} onClick={props.onRemove} className="-mr-1 rounded-full p-0.5 hover:bg-pressed">
          <X size={10} aria-hidden />
        </button>
      )}
    </span>
  )
}
