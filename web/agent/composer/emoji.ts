/** The few emojis an answer needs. Screen readers and the system know their names. */
export const EMOJI: readonly string[] = [
  '🙂', '😊', '😀', '😄', '😉', '😍', '🤗', '😅',
  '😂', '🤔', '😮', '😬', '🙈', '😔', '😢', '🥳',
  '👍', '👎', '👌', '🙏', '👏', '🤝', '💪', '👋',
  '✅', '❌', '⚠️', '❗', '❓', '💡', '⭐', '🔥',
  '❤️', '🧡', '💚', '💙', '🎉', '🎁', '☕', '🌟',
  '📦', '🚚', '🧾', '💳', '📧', '📞', '🔧', '⏳',
]
export const EMOJI_PER_ROW = 8

/** Where an arrow key goes from one of `count` in rows; null for any other key. */
export function stepIn(count: number, from: number, key: string): number | null {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -EMOJI_PER_ROW, ArrowDown: EMOJI_PER_ROW }[key]
  if (by === undefined) return null
  const to = from + by
  return to < 0 || to >= count ? from : to
}

/** The text with something put in place of what is selected, and where the caret stands then. */
export function insertAt(text: string, from: number, to: number, added: string): { text: string; caret: number } {
  return { text: text.slice(0, from) + added + text.slice(to), caret: from + added.length }
}
