/** The frame's end of the line to the host page: one window, one exact origin, both ways. */
import type { FromFrame, ToFrame } from '../host'

export type Bridge = { say: (message: FromFrame) => void }

/** `origin`: the host page's, which the server has checked before it gave out this frame. */
export function connect(host: Window, origin: string, heard: (message: ToFrame) => void): Bridge {
  window.addEventListener('message', (event: MessageEvent<ToFrame>) => {
    if (event.source === host && event.origin === origin) heard(event.data)
  })
  return { say: (message) => host.postMessage(message, origin) }
}
