import { RotateCcw } from 'lucide-react'
import { useId } from 'react'
import type { Source } from '../../api/types'
import { type Key, useT } from '../../app/i18n'
import { IconButton } from '../../ui/Button'
import { Input } from '../../ui/Field'
import { Tip } from '../../ui/Tip'

type Props = {
  label: string
  unit: string
  value: string
  typed: string | undefined
  source: Source
  /** The number we would put there, to go back to; null where there is none. */
  usual: string | null
  hint?: string
  placeholder?: string
  wrong?: boolean
  disabled?: boolean
  onType: (text: string) => void
}

/** One number with its unit and where it comes from. */
export function NumberField({ label, unit, value, typed, source, usual, hint, placeholder, wrong, disabled, onType }: Props) {
  const t = useT()
  const id = useId()
  const text = typed ?? value
  const told: Source = typed !== undefined && typed !== value ? 'yours' : source
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto_7rem] items-center gap-x-3 gap-y-0.5 py-1.5 max-[719px]:grid-cols-[minmax(0,1fr)_auto]">
      <label htmlFor={id} className="min-w-0 text-ink-2">
        {label}
      </label>
      <span className="flex items-center gap-1.5">
        <Input
          id={id}
          value={text}
          inputMode="decimal"
          disabled={disabled}
          placeholder={placeholder}
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-source`}
          onChange={(event) => onType(event.target.value)}
          className="tabular w-24! text-right"
        />
        <span className="w-14 shrink-0 truncate text-secondary text-ink-3">{unit}</span>
      </span>
      <span id={`${id}-source`} className="flex h-7 items-center gap-1 text-secondary text-ink-3 max-[719px]:col-span-2">
        <Tip label={t(`source.${told}.text` as Key)}>
          <span className={told === 'yours' ? 'font-medium text-accent-ink' : ''}>{t(`source.${told}` as Key)}</span>
        </Tip>
        {told === 'yours' && usual !== null && text !== usual && !disabled && (
          <IconButton label={t('priority.usual', { value: usual })} onClick={() => onType(usual)}>
            <RotateCcw size={13} aria-hidden />
          </IconButton>
        )}
      </span>
      {hint && <p className="col-span-full -mt-0.5 max-w-[60ch] text-secondary text-ink-3">{hint}</p>}
    </div>
  )
}
