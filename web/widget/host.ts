/**
 * What the loader (in the host page) and the frame (at Hark's origin) say to each other with postMessage.
 * Both sides send to one exact origin and take messages only from the other's window and origin.
 */

export type Page = { url: string; title: string; referrer: string }
export type Attributes = Record<string, string | number | boolean>

/** What a host page may say of itself and its visitor in `Hark('boot', …)`; `jwt` proves who they are. */
export type HostOptions = { jwt?: string | undefined; attributes?: Attributes | undefined; language?: string | undefined }

/** `stored`: everything kept for this inbox in the host's storage; null when the host page has none to offer. */
export type ToFrame =
  | { hark: 'boot'; options: HostOptions; stored: Record<string, string> | null; page: Page; open: boolean }
  | { hark: 'visible'; open: boolean; focus: boolean }
  | { hark: 'page'; page: Page }
  | { hark: 'identify'; options: HostOptions }
  | { hark: 'track'; name: string; data: unknown }

/**
 * How button and frame look and what the button says. `css` goes into the loader's shadow root. The loader keeps it, so that
 * the next page starts with it; a browser that has none has never seen this messenger work.
 */
export type Look = { css: string; open: string; close: string; offline: string }

export type FromFrame =
  | { hark: 'hello' }
  | { hark: 'look'; look: Look; unread: number }
  | { hark: 'keep'; key: string; value: string | null }
  | { hark: 'close' }
  | { hark: 'down' }
