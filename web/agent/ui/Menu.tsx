import { Menu as Base } from '@base-ui/react/menu'
import { Check, type LucideIcon } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { useT } from '../app/i18n'
import { command, type CommandId } from '../commands/catalogue'
import { runCommand, useAvailable } from '../commands/registry'
import { Keys } from './Tip'

const ITEM =
  'flex min-h-8 items-center gap-2.5 rounded-control px-2 text-ink outline-none select-none data-highlighted:bg-hover data-disabled:opacity-50 pointer-coarse:min-h-11'

export function Menu(props: { trigger: ReactElement; children: ReactNode; align?: 'start' | 'center' | 'end'; side?: 'top' | 'bottom' | 'right' }) {
  return (
    <Base.Root>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner align={props.align ?? 'start'} side={props.side ?? 'bottom'} sideOffset={6} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="max-h-(--available-height) min-w-52 max-w-80 overflow-y-auto rounded-card bg-float p-1 shadow-float transition-opacity outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export function MenuItem(props: { icon?: LucideIcon; label: ReactNode; hint?: ReactNode; keys?: string; checked?: boolean; disabled?: boolean; onSelect: () => void }) {
  const Icon = props.icon
  return (
    <Base.Item className={ITEM} onClick={props.onSelect} disabled={props.disabled}>
      {Icon && <Icon size={16} className="shrink-0 text-ink-3" aria-hidden />}
      <span className="min-w-0 grow truncate">{props.label}</span>
      {props.hint && <span className="tabular text-secondary text-ink-3">{props.hint}</span>}
      {props.checked && <Check size={16} className="shrink-0 text-accent-ink" aria-hidden />}
      {props.keys && <Keys keys={props.keys} />}
    </Base.Item>
  )
}

export function CommandItem(props: { id: CommandId; checked?: boolean }) {
  const t = useT()
  const { label, icon, keys } = command(props.id)
  const available = useAvailable(props.id)
  return (
    <MenuItem icon={icon} label={t(label)} keys={keys?.[0]} checked={props.checked} disabled={!available} onSelect={() => runCommand(props.id)} />
  )
}

export function MenuGroup(props: { label?: string; children: ReactNode }) {
  return (
    <Base.Group>
      {props.label && <Base.GroupLabel className="px-2 pt-2 pb-1 text-secondary text-ink-3">{props.label}</Base.GroupLabel>}
      {props.children}
    </Base.Group>
  )
}

export function MenuLine() {
  return <Base.Separator className="mx-2 my-1 h-px bg-line" />
}
