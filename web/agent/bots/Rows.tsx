import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useT } from '../app/i18n'
import { Button, IconButton } from '../ui/Button'
import { Field, Input, Select } from '../ui/Field'

/** Where an answer is kept: `contact.…` stays with the person, `conversation.…` with this case. */
export function AttributeField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useT()
  const [of = 'conversation', name = ''] = value.split('.')
  return (
    <Field label={t('bots.keptIn')} hint={t('bots.keptInHint')}>
      {(control) => (
        <div className="flex gap-1.5">
          <Select aria-label={t('bots.keptOf')} value={of} onChange={(event) => onChange(`${event.target.value}.${name}`)} className="w-auto!">
            <option value="conversation">{t('bots.ofConversation')}</option>
            <option value="contact">{t('bots.ofContact')}</option>
          </Select>
          <Input {...control} value={name} maxLength={40} onChange={(event) => onChange(`${of}.${event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, '_').replace(/^[^a-z]+/, '')}`)} />
        </div>
      )}
    </Field>
  )
}

/** A list of rows that can be added to and taken from. */
export function Rows<T>(props: { label: string; add: string; items: readonly T[]; most: number; make: () => T; onChange: (items: T[]) => void; renderRow: (item: T, set: (item: T) => void) => ReactNode; keyOf?: (item: T, n: number) => string | number }) {
  const t = useT()
  const { items } = props
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{props.label}</legend>
      {items.map((item, n) => (
        <div key={props.keyOf?.(item, n) ?? n} className="flex items-start gap-1.5">
          <div className="min-w-0 grow">{props.renderRow(item, (next) => props.onChange(items.map((one, at) => (at === n ? next : one))))}</div>
          <IconButton label={t('bots.removeRow', { name: props.label, n: n + 1 })} onClick={() => props.onChange(items.filter((_, at) => at !== n))}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
      {items.length < props.most && (
        <Button variant="plain" className="self-start" onClick={() => props.onChange([...items, props.make()])}>
          <Plus size={14} aria-hidden />
          {props.add}
        </Button>
      )}
    </fieldset>
  )
}

/** An id of a new button or branch that no other of the block has. */
export function freshPart(id: string, taken: readonly { id: string }[]): string {
  for (let n = taken.length + 1; ; n += 1) {
    const made = `${id}_${String.fromCodePoint(96 + (n % 26 || 26))}${n > 26 ? n : ''}`
    if (!taken.some((one) => one.id === made)) return made
  }
}
