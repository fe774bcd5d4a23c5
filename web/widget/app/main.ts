/**
 * The frame starts with what a closed messenger needs. What people see is a part of its own, fetched and made in a moment
 * of rest or when they open it: on a phone the frame may share the host page's thread.
 */
import './app.css'
import { begin, store } from './messenger'

const draw = () => void import('./ui')
const whenIdle = window.requestIdleCallback ?? setTimeout

const stop = store.subscribe(() => {
  const { open, ready } = store.get()
  if (!open && !ready) return
  stop()
  if (open) draw()
  else whenIdle(() => {
    // A tenth of a second on a slow phone, so by itself: what is drawn after it needs it.
    new Intl.NumberFormat(document.documentElement.lang).format(1)
    whenIdle(draw)
  })
  store.subscribe(() => store.get().open && draw())
})
begin()
