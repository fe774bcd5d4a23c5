/** Keyboard: which keys an event means, and how keys are shown. Pure apart from the platform's name. */

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * The name of a key press as the command table writes it: "j", "shift+r", "ctrl+k", "?".
 * Letters go by their place when the layout is not Latin (Korean: the key that types ㅓ is "j");
 * signs that need Shift carry no "shift+".
 */
export function pressName(event: KeyPress): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]
  const isAscii = /^[\x21-\x7e]$/.test(event.key)
  let key = isAscii ? event.key.toLowerCase() : event.key.length === 1 && letter ? letter.toLowerCase() : event.key.toLowerCase()
  if (event.altKey && letter) key = letter.toLowerCase()
  const digit = /^Digit(\d)$/.exec(event.code)?.[1]
  if (event.altKey && digit) key = digit
  const isSign = key.length === 1 && !/[a-z]/.test(key)
  const modifiers = [
    event.ctrlKey || event.metaKey ? 'ctrl' : null,
    event.altKey ? 'alt' : null,
    event.shiftKey && !isSign ? 'shift' : null,
  ]
  return [...modifiers.filter((name) => name !== null), key].join('+')
}

/** Follows sequences such as "g i": feeds presses in, gives the name to look up. */
export function createSequence(prefixes: ReadonlySet<string>, timeoutMs = 1200) {
  let pending: { prefix: string; at: number } | null = null
  return (press: string, at: number): string | null => {
    const prefix = pending && at - pending.at < timeoutMs ? pending.prefix : null
    pending = null
    if (prefix) return `${prefix} ${press}`
    if (prefixes.has(press)) {
      pending = { prefix: press, at }
      return null
    }
    return press
  }
}

const IS_MAC = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform)
const SHOWN: Record<string, string> = {
  ctrl: IS_MAC ? '⌘' : 'Ctrl',
  alt: IS_MAC ? '⌥' : 'Alt',
  shift: IS_MAC ? '⇧' : 'Shift',
  enter: IS_MAC ? '↩' : 'Enter',
}

/** "ctrl+k" -> ["Ctrl", "K"], "g i" -> ["G", "I"]. */
export function shownKeys(keys: string): string[] {
  return keys.split(' ').flatMap((press) => press.split('+').map((key) => SHOWN[key] ?? key.toUpperCase()))
}

/** True where single keys belong to the text being typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}
