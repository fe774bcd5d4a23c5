import { type KeyboardEvent, useEffect, useId, useRef } from 'react'

type Choice = { count: number; active: number; onActive: (index: number) => void; onEnter: () => void }

/** A field over a list of options (the ARIA combobox pattern): the keys stay in the field, the active option in view.
 * `active` is -1 while nothing is chosen. */
export function useCombobox({ count, active, onActive, onEnter }: Choice) {
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)
  const optionId = (index: number) => `${listId}-${index}`
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [active, count])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') onActive(Math.min(active + 1, count - 1))
    else if (event.key === 'ArrowUp') onActive(Math.max(active - 1, 0))
    else if (event.key === 'Enter') onEnter()
    else return
    event.preventDefault()
  }
  return {
    optionId,
    list: { ref: list, id: listId, role: 'listbox' },
    field: {
      role: 'combobox',
      'aria-expanded': true,
      'aria-controls': listId,
      'aria-activedescendant': active >= 0 ? optionId(active) : undefined,
      onKeyDown,
    },
  } as const
}
