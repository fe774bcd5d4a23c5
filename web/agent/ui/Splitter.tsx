import { type KeyboardEvent, type PointerEvent, useRef } from 'react'

type Props = { label: string; width: number; min: number; max: number; side: 'left' | 'right'; onChange: (width: number) => void }

/** The line between two panes: drag it or move it with the arrow keys. `side` says where the pane it sizes lies. */
export function Splitter(props: Props) {
  const start = useRef<{ x: number; width: number } | null>(null)
  const direction = props.side === 'left' ? 1 : -1
  const set = (width: number) => props.onChange(Math.round(Math.min(props.max, Math.max(props.min, width))))

  const down = (event: PointerEvent<HTMLDivElement>) => {
    start.current = { x: event.clientX, width: props.width }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    if (start.current) set(start.current.width + (event.clientX - start.current.x) * direction)
  }
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') set(props.width + 16 * direction)
    if (event.key === 'ArrowLeft') set(props.width - 16 * direction)
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a focusable separator is a widget (ARIA 1.2)
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={props.width}
      aria-valuemin={props.min}
      aria-valuemax={props.max}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => (start.current = null)}
      onKeyDown={key}
      className="relative z-10 -mx-1 w-2 shrink-0 cursor-col-resize touch-none after:absolute after:inset-y-0 after:left-1/2 after:w-px after:bg-line hover:after:w-0.5 hover:after:bg-accent-line focus-visible:outline-none focus-visible:after:w-0.5 focus-visible:after:bg-accent"
    />
  )
}
