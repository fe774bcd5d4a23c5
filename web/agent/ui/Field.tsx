import { type ComponentProps, type ReactNode, useId } from 'react'

export const CONTROL =
  'target w-full rounded-control border border-line-strong bg-control px-2.5 text-ink placeholder:text-ink-3 ' +
  'hover:border-ink-faint focus-visible:outline-offset-[-1px] disabled:opacity-60 aria-invalid:border-wrong'

type FieldProps = { label: string; hint?: ReactNode; error?: string | null; children: (control: ControlProps) => ReactNode }
export type ControlProps = { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }

/** Label above, hint or error below, wired for screen readers. */
export function Field(props: FieldProps) {
  const id = useId()
  const note = props.error ?? props.hint
  const control: ControlProps = {
    id,
    ...(props.error ? { 'aria-invalid': true } : {}),
    ...(note ? { 'aria-describedby': `${id}-note` } : {}),
  }
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-secondary font-medium text-ink-2">
        {props.label}
      </label>
      {props.children(control)}
      {note && (
        <p id={`${id}-note`} className={`text-secondary ${props.error ? 'text-wrong' : 'text-ink-3'}`}>
          {note}
        </p>
      )}
    </div>
  )
}

export function Input(props: ComponentProps<'input'>) {
  return <input autoComplete="off" {...props} className={`${CONTROL} h-8 pointer-coarse:h-11 ${props.className ?? ''}`} />
}

export function TextArea(props: ComponentProps<'textarea'>) {
  return <textarea {...props} className={`${CONTROL} py-1.5 ${props.className ?? ''}`} />
}

export function Select(props: ComponentProps<'select'>) {
  return (
    <select {...props} className={`${CONTROL} chevron h-8 appearance-none pr-7 pointer-coarse:h-11 ${props.className ?? ''}`}>
      {props.children}
    </select>
  )
}

export function Checkbox(props: ComponentProps<'input'> & { label: ReactNode; hint?: ReactNode }) {
  const { label, hint, className = '', ...rest } = props
  return (
    <label className={`target flex items-start gap-2 py-1 ${className}`}>
      <input type="checkbox" {...rest} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span className="min-w-0">
        <span className="block">{label}</span>
        {hint && <span className="block text-secondary text-ink-3">{hint}</span>}
      </span>
    </label>
  )
}
