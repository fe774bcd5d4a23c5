import { useEffect, useRef } from 'preact/hooks'

const ALL = [...'😀😂🙂😉😊😍😎🤔😅😢😭😡😮😴🤒🙄👍👎👏🙏💪👌👋🤝🎉🔥✨💯✅❌❓🚀💡📷📎📦💳🔒🐛🌍']
const COLUMNS = 8

/** One stop for Tab; the arrows go about inside. */
export function Emoji({ label, onPick }: { label: string; onPick: (emoji: string) => void }) {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => root.current!.querySelector('button')!.focus(), [])

  function move(event: KeyboardEvent): void {
    const isRtl = getComputedStyle(root.current!).direction === 'rtl'
    const side = isRtl ? -1 : 1
    const step = { ArrowRight: side, ArrowLeft: -side, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key]
    if (!step) return
    event.preventDefault()
    const buttons = [...root.current!.querySelectorAll('button')]
    buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows go from button to button
    <div ref={root} class="emoji" role="group" aria-label={label} onKeyDown={move}>
      {ALL.map((emoji, at) => (
        <button key={emoji} type="button" tabIndex={at ? -1 : 0} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
