/** Away because idle: nobody touched this tab for a while. */

const IDLE_MS = 300_000
/** Input comes in bursts; looking at the clock once a second is enough. */
const REST_MS = 1_000
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart', 'focus'] as const

type Source = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>

/** Tells when input has rested for five minutes and when it comes again. Returns what stops the watch. */
export function watchIdle(source: Source, tell: (idle: boolean) => void): () => void {
  let idle = false
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const rest = () => {
    idle = true
    tell(true)
  }
  const input = () => {
    const now = Date.now()
    if (!idle && now - last < REST_MS) return
    last = now
    clearTimeout(timer)
    timer = setTimeout(rest, IDLE_MS)
    if (!idle) return
    idle = false
    tell(false)
  }
  input()
  for (const name of INPUTS) source.addEventListener(name, input, { capture: true, passive: true })
  return () => {
    clearTimeout(timer)
    for (const name of INPUTS) source.removeEventListener(name, input, { capture: true })
  }
}
