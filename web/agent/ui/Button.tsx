import type { ComponentProps, ReactNode } from 'react'
import { command, type CommandId } from '../commands/catalogue'
import { runCommand, useAvailable } from '../commands/registry'
import { useT } from '../app/i18n'
import { Tip } from './Tip'

type Variant = 'primary' | 'quiet' | 'plain' | 'danger'

const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border border-transparent',
  quiet: 'bg-control text-ink border border-line-strong hover:bg-hover',
  plain: 'text-ink-2 border border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-control text-wrong border border-line-strong hover:bg-wrong-soft',
}

const BASE =
  'inline-flex target shrink-0 items-center justify-center gap-1.5 rounded-control px-3 font-medium whitespace-nowrap select-none ' +
  'transition-colors disabled:opacity-50 disabled:pointer-events-none'

export function Button(props: ComponentProps<'button'> & { variant?: Variant; busy?: boolean }) {
  const { variant = 'quiet', busy, className = '', disabled, ...rest } = props
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${BASE} ${VARIANTS[variant]} ${className}`}
    />
  )
}

export function IconButton(props: ComponentProps<'button'> & { label: string; keys?: readonly string[]; children: ReactNode }) {
  const { label, keys, className = '', ...rest } = props
  return (
    <Tip label={label} keys={keys?.[0]}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={`target inline-flex shrink-0 items-center justify-center rounded-control text-ink-2 transition-colors hover:bg-hover hover:text-ink disabled:pointer-events-none disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent-ink data-popup-open:bg-hover ${className}`}
      />
    </Tip>
  )
}

/** A button that is nothing but a registered command: its icon, its name, its key. */
export function CommandButton(props: { id: CommandId; withLabel?: boolean; variant?: Variant; className?: string; pressed?: boolean }) {
  const t = useT()
  const { label, icon: Icon, keys } = command(props.id)
  const available = useAvailable(props.id)
  const run = () => void runCommand(props.id)
  if (!props.withLabel) {
    return (
      <IconButton label={t(label)} keys={keys} onClick={run} disabled={!available} aria-pressed={props.pressed} className={props.className}>
        <Icon size={16} aria-hidden />
      </IconButton>
    )
  }
  return (
    <Tip label={t(label)} keys={keys?.[0]}>
      <Button variant={props.variant} onClick={run} disabled={!available} className={props.className}>
        <Icon size={16} aria-hidden />
        {t(label)}
      </Button>
    </Tip>
  )
}
