import { useEffect, useRef } from 'preact/hooks'
import { palette } from '../../shared/color'
import { Home } from './Home'
import { close, store } from './messenger'
import { useStore } from './useStore'
import { ThreadView } from './ThreadView'

const FOCUSABLE = 'a[href],button:not([disabled]),textarea,input,audio,[tabindex="0"]'

export function App() {
  const root = useRef<HTMLDivElement>(null)
  const ready = useStore(store, (state) => state.ready)
  const view = useStore(store, (state) => state.view)
  const focus = useStore(store, (state) => state.focus)
  const announcement = useStore(store, (state) => state.announcement)

  const isReady = ready !== null
  useColors(ready?.inbox.color)
  // On a phone the keyboard would jump up; a thread's own field is left to the visitor's finger.
  useEffect(() => {
    if (!focus) return
    const first = matchMedia('(pointer: coarse)').matches ? '[data-title]' : '[data-first]'
    root.current?.querySelector<HTMLElement>(first)?.focus()
  }, [focus, view, isReady])

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Tab and Escape, wherever the focus is inside
    <div ref={root} class="app" role="dialog" aria-label={ready?.title} onKeyDown={(event) => keepFocus(event, root.current!)}>
      {ready && (view ? <ThreadView key={view} id={view} {...ready} /> : <Home {...ready} />)}
      <div class="sr" role="status" aria-live="polite">
        {announcement}
      </div>
    </div>
  )
}

/** Tab goes round within the messenger, Escape closes it; an open menu or palette takes Escape first. */
function keepFocus(event: KeyboardEvent, root: HTMLElement): void {
  if (event.key === 'Escape' && !event.defaultPrevented) return close()
  if (event.key !== 'Tab') return
  const all = [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.tabIndex >= 0 && one.offsetParent)
  const [first, last] = [all[0], all.at(-1)]
  const here = document.activeElement
  if (event.shiftKey ? here === first || !root.contains(here) : here === last) {
    event.preventDefault()
    ;(event.shiftKey ? last : first)?.focus()
  }
}

function useColors(color: string | undefined): void {
  useEffect(() => {
    if (color === undefined) return
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const paint = () => {
      const { fill, onFill, ink } = palette(color, dark.matches)
      for (const [name, value] of [['--fill', fill], ['--on-fill', onFill], ['--brand-ink', ink]] as const) {
        document.documentElement.style.setProperty(name, value)
      }
    }
    paint()
    dark.addEventListener('change', paint)
    return () => dark.removeEventListener('change', paint)
  }, [color])
}
