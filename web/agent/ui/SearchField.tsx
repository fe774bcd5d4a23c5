import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useCommands } from '../commands/registry'

const REST_MS = 250

type Props = { value: string; onChange: (value: string) => void; label: string; placeholder: string; className?: string; inputClass: string }

/** Searches the list beside it when typing rests; `/` goes there, Escape empties and leaves it. */
export function SearchField({ value, onChange, label, placeholder, className = '', inputClass }: Props) {
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  useCommands({
    'list.search': () => {
      field.current?.focus()
      field.current?.select()
    },
  })
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onChange(text.trim()), REST_MS)
    return () => clearTimeout(timer)
    // The list is searched when typing rests, whoever the parent's callback is by then.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [text])
  return (
    <div className={`relative grow ${className}`}>
      <Search size={14} className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" aria-hidden />
      <input
        ref={field}
        type="search"
        value={text}
        maxLength={500}
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setText('')
          onChange('')
          event.currentTarget.blur()
        }}
        className={`w-full pl-8! ${inputClass}`}
      />
    </div>
  )
}
