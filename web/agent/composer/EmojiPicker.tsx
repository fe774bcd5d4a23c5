import { Popover } from '@base-ui/react/popover'
import { Smile } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useT } from '../app/i18n'
import { IconButton } from '../ui/Button'
import { EMOJI, stepIn } from './emoji'

/** A small grid of emojis; arrow keys move in it, Enter takes one. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')]
    const to = stepIn(buttons.length, buttons.indexOf(document.activeElement as HTMLButtonElement), event.key)
    if (to === null) return
    event.preventDefault()
    buttons[to]?.focus()
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        render={
          <IconButton label={t('compose.emoji')}>
            <Smile size={15} aria-hidden />
          </IconButton>
        }
      />
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={6} collisionPadding={8} className="z-50 outline-none">
          <Popover.Popup
            data-modal
            aria-label={t('compose.emoji')}
            className="rounded-card bg-float p-2 shadow-float transition-opacity outline-none data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrow keys move between the buttons inside */}
            <div className="grid grid-cols-8" onKeyDown={move}>
              {EMOJI.map((emoji) => (
                <button
                  key={emoji}
                  type="button"
                  onClick={() => {
                    setOpen(false)
                    onPick(emoji)
                  }}
                  className="target size-8 rounded-control text-thread hover:bg-hover pointer-coarse:size-11"
                >
                  {emoji}
                </button>
              ))}
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
