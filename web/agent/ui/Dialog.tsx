import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { useT } from '../app/i18n'
import { IconButton } from './Button'

type Props = {
  open: boolean
  onClose: () => void
  title: string
  hideTitle?: boolean
  wide?: boolean
  /** What has the focus first; else the first control. */
  focus?: RefObject<HTMLElement | null>
  children: ReactNode
}

/** A panel over the page. `data-modal` tells the shortcuts to rest. */
export function Dialog(props: Props) {
  const t = useT()
  return (
    <Base.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-(--scrim) transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          data-modal
          initialFocus={props.focus}
          className={`fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col overflow-hidden rounded-card bg-float shadow-float transition-opacity outline-none data-ending-style:opacity-0 data-starting-style:opacity-0 max-[720px]:top-4 ${props.wide ? 'max-w-[720px]' : 'max-w-[560px]'}`}
        >
          {props.hideTitle ? (
            <Base.Title className="sr-only">{props.title}</Base.Title>
          ) : (
            <header className="flex items-center justify-between gap-4 px-6 pt-4 pb-2">
              <Base.Title className="text-thread font-strong">{props.title}</Base.Title>
              <IconButton label={t('action.close')} onClick={props.onClose}>
                <X size={16} aria-hidden />
              </IconButton>
            </header>
          )}
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
