import { useRef, useState } from 'react'
import { locale } from '../../../shared/time'
import { api } from '../../api/client'
import type { Calendar, Plan } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMe } from '../../app/me'
import { Checkbox, Field, Input, Select, TextArea } from '../../ui/Field'
import { SettingsForm, text } from '../parts'
import { type Holiday, PublicHolidays } from './PublicHolidays'
import { calendarsQuery } from './queries'
import { parseHolidays, parseSpans, say, sayHolidays, spansOf } from './week'

const OFFICE: Plan['periods'] = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, start: '09:00', end: '18:00' }))

/** New hours, or other hours from now or a day on: what was in force before stays as it was. */
export function HoursForm({ calendar, onDone }: { calendar: Calendar | null; onDone: () => void }) {
  const t = useT()
  const language = useLanguage()
  const me = useMe()
  const plan = calendar?.versions.at(-1)?.plan
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set())
  const list = useRef<HTMLTextAreaElement>(null)
  const addHolidays = (days: readonly Holiday[]) => {
    const known = parseHolidays(list.current!.value)
    setWrong((before) => new Set([...before].filter((one) => one !== 'holidays').concat(known === null ? ['holidays'] : [])))
    if (known === null) return
    const dates = new Set(known.map((one) => one.date))
    list.current!.value = sayHolidays([...known, ...days.filter((one) => !dates.has(one.date))].toSorted((a, b) => a.date.localeCompare(b.date)))
  }
  const zone = plan?.tz ?? me.workspace.time_zone
  const dayName = (weekday: number) => new Intl.DateTimeFormat(locale(language), { weekday: 'long' }).format(new Date(2024, 0, 1 + weekday))

  const read = (form: FormData): Plan | null => {
    const days = [0, 1, 2, 3, 4, 5, 6].map((weekday) => parseSpans(text(form, `day${weekday}`)))
    const holidays = parseHolidays(text(form, 'holidays'))
    const problems = days.flatMap((spans, weekday) => (spans === null ? [`day${weekday}`] : []))
    setWrong(new Set([...problems, ...(holidays === null ? ['holidays'] : [])]))
    if (problems.length > 0 || holidays === null) return null
    return { tz: text(form, 'zone'), periods: days.flatMap((spans, weekday) => spans!.map((span) => ({ weekday, ...span }))), holidays }
  }
  const save = async (form: FormData) => {
    const next = read(form)
    if (!next) return
    if (!calendar) {
      await api.post('/api/calendars', { name: text(form, 'name'), plan: next, is_default: form.get('default') === 'on' })
    } else {
      const from = text(form, 'from')
      await api.post(`/api/calendars/${calendar.id}/versions`, { plan: next, valid_from: from ? new Date(`${from}T00:00`).toISOString() : null })
    }
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={[calendarsQuery.queryKey]}>
        {(problem) => (
          <>
            <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
              {calendar ? (
                <Field label={t('hours.from')} hint={t('hours.fromHint')} error={problem?.field('valid_from')}>
                  {(control) => <Input {...control} name="from" type="date" />}
                </Field>
              ) : (
                <Field label={t('hours.name')} error={problem?.field('name')}>
                  {(control) => <Input {...control} name="name" required />}
                </Field>
              )}
              <Field label={t('setup.zone')}>
                {(control) => (
                  <Select {...control} name="zone" defaultValue={zone}>
                    {[...new Set([zone, ...Intl.supportedValuesOf('timeZone')])].map((one) => (
                      <option key={one}>{one}</option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
            <fieldset className="grid gap-2">
              <legend className="mb-1 text-secondary text-ink-3">{t('hours.dayHint')}</legend>
              {[0, 1, 2, 3, 4, 5, 6].map((weekday) => (
                <label key={weekday} className="grid grid-cols-[120px_1fr] items-center gap-3">
                  <span className="text-ink-2">{dayName(weekday)}</span>
                  <span>
                    <Input
                      name={`day${weekday}`}
                      placeholder={t('hours.closed')}
                      aria-invalid={wrong.has(`day${weekday}`) || undefined}
                      defaultValue={say(spansOf(plan?.periods ?? OFFICE, weekday))}
                      className="tabular"
                    />
                    {wrong.has(`day${weekday}`) && <span className="text-secondary text-wrong">{t('hours.wrongDay')}</span>}
                  </span>
                </label>
              ))}
            </fieldset>
            <Field label={t('hours.holidayList')} hint={t('hours.holidayHint')} error={wrong.has('holidays') ? t('hours.wrongHoliday') : null}>
              {(control) => <TextArea {...control} ref={list} name="holidays" rows={4} defaultValue={sayHolidays(plan?.holidays ?? [])} className="tabular" />}
            </Field>
            <PublicHolidays onAdd={addHolidays} />
            {!calendar && <Checkbox name="default" label={t('hours.makeDefault')} />}
          </>
        )}
      </SettingsForm>
    </div>
  )
}
