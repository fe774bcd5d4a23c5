import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { shownKeys } from '../commands/keys'

/** The word for a control and its key, on hover and focus. */
export function Tip(props: { label: ReactNode; keys?: string; side?: 'top' | 'bottom' | 'left' | 'right'; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={props.children} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={props.side ?? 'bottom'} sideOffset={6} collisionPadding={8} className="z-60">
          <Tooltip.Popup className="flex max-w-80 items-center gap-2 rounded-control bg-ink px-2 py-1 text-secondary text-paper transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            <span>{props.label}</span>
            {props.keys && (
              <span className="flex gap-1">
                {shownKeys(props.keys).map((key) => (
                  <kbd key={key} className="min-w-4 text-center font-sans opacity-70">
                    {key}
                  </kbd>
                ))}
              </span>
            )}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

export function Keys(props: { keys: string }) {
  return (
    <span className="flex shrink-0 gap-0.5" aria-hidden>
      {shownKeys(props.keys).map((key, index) => (
        <kbd
          key={`${index}${key}`}
          className="min-w-5 rounded-[4px] border border-line-strong px-1 text-center font-sans text-[11px] leading-[18px] text-ink-3"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}
