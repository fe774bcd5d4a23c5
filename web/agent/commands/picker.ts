/** The palette's second face: choose something (a person, a tag, a time) with the same field and the same keys. */
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

export type Option = {
  id: string
  label: string
  hint?: string
  keys?: string
  icon?: LucideIcon
  mark?: ReactNode
  group?: string
  /** Further words the search should find it by. */
  words?: string
  checked?: boolean
  run: () => void
}

export type PickerSpec = {
  title: string
  placeholder: string
  options: readonly Option[]
  /** Options made from what was typed (a natural date, a new tag); shown first. */
  fromText?: (text: string) => Option[]
  /** Choosing keeps the picker open and toggles (tags). */
  several?: boolean
}

let current: { spec: () => PickerSpec } | null = null
const listeners = new Set<() => void>()

/** Opens the picker; the spec is a function so that a picker of several shows its marks change. */
export function openPicker(spec: () => PickerSpec): void {
  current = { spec }
  for (const listener of listeners) listener()
}

export function closePicker(): void {
  current = null
  for (const listener of listeners) listener()
}

export function refreshPicker(): void {
  if (current) openPicker(current.spec)
}

export function currentPicker(): { spec: () => PickerSpec } | null {
  return current
}

export function subscribePicker(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Options whose words begin with, or contain, every word typed; better hits first, the given order otherwise. */
export function matchOptions(options: readonly Option[], text: string): Option[] {
  const wanted = normal(text).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return [...options]
  const scored = options.flatMap((option, index) => {
    const hay = normal(`${option.label} ${option.words ?? ''}`)
    let score = 0
    for (const word of wanted) {
      const at = hay.indexOf(word)
      if (at < 0) return []
      score += at === 0 ? 0 : hay[at - 1] === ' ' ? 1 : 2
    }
    return [{ option, score, index }]
  })
  return scored.toSorted((a, b) => a.score - b.score || a.index - b.index).map((hit) => hit.option)
}

function normal(text: string): string {
  return text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').normalize('NFC').toLocaleLowerCase()
}
