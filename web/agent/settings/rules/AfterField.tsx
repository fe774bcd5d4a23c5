import type { Rule } from '../../api/types'
import { useT } from '../../app/i18n'
import { Field, Input, Select } from '../../ui/Field'
import { inUnit, ofUnit, type Unit, unitOf, UNITS } from '../promises/queries'

type Props = { seconds: number; clock: Rule['clock']; onSeconds: (seconds: number) => void; onClock: (clock: Rule['clock']) => void }

/** How long something must have lasted, and by which clock. */
export function AfterField({ seconds, clock, onSeconds, onClock }: Props) {
  const t = useT()
  return (
    <Field label={t('rules.after')} hint={t('rules.afterHint')}>
      {(control) => (
        <div className="flex flex-wrap gap-2">
          <Duration control={control} seconds={seconds} onSeconds={onSeconds} />
          <Select aria-label={t('report.clock')} value={clock} onChange={(event) => onClock(event.target.value as Rule['clock'])} className="w-auto!">
            {(['customer', 'team'] as const).map((one) => (
              <option key={one} value={one}>
                {t(`clock.${one}`)}
              </option>
            ))}
          </Select>
        </div>
      )}
    </Field>
  )
}

/** A number and its unit. */
export function Duration({ control, seconds, onSeconds }: { control: Record<string, unknown>; seconds: number; onSeconds: (seconds: number) => void }) {
  const t = useT()
  const unit = unitOf(seconds)
  const set = (typed: string, chosen: Unit) => {
    const next = ofUnit(typed, chosen)
    if (next >= 60 && next <= 31_622_400) onSeconds(next)
  }
  return (
    <span className="inline-flex gap-2">
      <Input {...control} key={unit} type="number" min={1} step="any" required defaultValue={inUnit(seconds, unit)} onChange={(event) => set(event.target.value, unit)} className="w-24!" />
      <Select aria-label={t('rules.unit')} value={unit} onChange={(event) => set(inUnit(seconds, unit), event.target.value as Unit)} className="w-auto!">
        {(Object.keys(UNITS) as Unit[]).map((one) => (
          <option key={one} value={one}>
            {t(`promises.${one}`)}
          </option>
        ))}
      </Select>
    </span>
  )
}
