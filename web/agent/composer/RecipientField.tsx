import { X } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useT } from '../app/i18n'
import { isAddress, splitAddresses } from './recipients'

type Props = {
  label: string
  values: string[]
  onChange: (values: string[]) => void
  autoFocus?: boolean
  /** People offered for what is being typed, which `onText` tells. */
  suggestions?: readonly { address: string; name: string }[]
  onText?: (text: string) => void
  children?: ReactNode
}

/** One line of addresses as removable pieces; a comma, Enter or leaving the field makes a piece of what was typed. */
export function RecipientField({ label, values, onChange, autoFocus, suggestions = [], onText, children }: Props) {
  const t = useT()
  const id = useId()
  const [text, setTextState] = useState('')
  const setText = (next: string) => {
    setTextState(next)
    onText?.(next)
  }
  const take = () => {
    const added = splitAddresses(text)
    const rest = added.length === 0 && text.trim() ? [text.trim()] : added
    if (rest.length > 0) onChange([...values, ...rest.filter((one) => !values.includes(one))])
    setText('')
  }
  return (
    <div className="flex items-start gap-2 px-4 text-secondary">
      <label htmlFor={id} className="min-w-8 shrink-0 leading-8 text-ink-3 pointer-coarse:leading-[44px]">
        {label}
      </label>
      <div className="flex min-h-8 min-w-0 grow flex-wrap items-center gap-1 py-1 pointer-coarse:min-h-11">
        {values.map((value) => (
          <span
            key={value}
            className={`inline-flex h-6 max-w-full items-center gap-1 rounded-full border pr-1 pl-2.5 ${isAddress(value) ? 'border-line-strong bg-control' : 'border-wrong text-wrong'}`}
          >
            <span className="truncate">{value}</span>
            <button
              type="button"
              aria-label={t('mail.remove', { address: value })}
              onClick={() => onChange(values.filter((other) => other !== value))}
              className="rounded-full p-0.5 text-ink-3 hover:bg-pressed hover:text-ink"
            >
              <X size={12} aria-hidden />
            </button>
          </span>
        ))}
        <input
          id={id}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field appears because one asked for it
          autoFocus={autoFocus}
          value={text}
          inputMode="email"
          autoComplete="off"
          list={onText && `${id}-people`}
          onChange={(event) => setText(event.target.value)}
          onBlur={take}
          onPaste={(event) => {
            const pasted = splitAddresses(event.clipboardData.getData('text'))
            if (pasted.length < 2) return
            event.preventDefault()
            onChange([...new Set([...values, ...pasted])])
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === ',' || event.key === ';') {
              event.preventDefault()
              take()
            }
            if (event.key === 'Backspace' && text === '') onChange(values.slice(0, -1))
          }}
          className="h-6 min-w-24 grow bg-transparent outline-none"
        />
        {onText && (
          <datalist id={`${id}-people`}>
            {suggestions.map(({ address, name }) => (
              <option key={address} value={address}>
                {name}
              </option>
            ))}
          </datalist>
        )}
      </div>
      {children}
    </div>
  )
}
