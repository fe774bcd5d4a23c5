import { useState } from 'react'
import { useT } from '../../app/i18n'
import { Field, Input, Select } from '../../ui/Field'
import { HISTORY } from './form'

/** How much of what the mailbox holds already is fetched as well. */
export function HistoryField({ choices = HISTORY }: { choices?: readonly (typeof HISTORY)[number][] }) {
  const t = useT()
  const [choice, setChoice] = useState(choices[0])
  return (
    <div className="grid grid-cols-2 items-start gap-3 max-[719px]:grid-cols-1">
      <Field label={t('mailbox.history')}>
        {(control) => (
          <Select {...control} name="imap.history" value={choice} onChange={(event) => setChoice(event.target.value as typeof choice)}>
            {choices.map((one) => (
              <option key={one} value={one}>
                {t(`mailbox.history.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {choice === 'day' && (
        <Field label={t('mailbox.historySince')}>
          {(control) => <Input {...control} name="imap.history_since" type="date" required min="1990-01-01" max={new Date().toISOString().slice(0, 10)} />}
        </Field>
      )}
      {choice !== 'none' && <p className="col-span-full max-w-[68ch] text-secondary text-ink-3">{t('mailbox.historyHint')}</p>}
    </div>
  )
}
