import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory, useMe } from '../app/me'
import { SettingsForm, text, useChange } from '../settings/parts'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Field, Input, Select } from '../ui/Field'
import { addressesQuery } from './Addresses'
import { weekdayName } from './members'
import { schedulesQuery } from './queries'
import { ownZone } from './state'
import type { Saved, Schedule } from './types'
import { minuteText, textMinute } from './when'

const LANGUAGES = ['en', 'it', 'ko'] as const

/** When a saved report goes out by mail, through which mailbox and to whom. */
export function ScheduleDialog({ report, schedule, onClose }: { report: Saved; schedule: Schedule | null; onClose: () => void }) {
  const t = useT()
  const language = useLanguage()
  const me = useMe()
  const { agents } = useDirectory()
  const mailboxes = useQuery(mailboxesQuery).data ?? []
  const allowed = useQuery(addressesQuery).data ?? []
  const change = useChange([schedulesQuery.queryKey])
  const [every, setEvery] = useState(schedule?.every ?? 'week')
  const [chosen, setChosen] = useState<readonly string[]>(schedule?.recipients ?? [me.agent.email])
  const people = agents.filter((agent) => !agent.disabled_at)
  const choices = [...new Set([...people.map((agent) => agent.email), ...allowed, ...chosen])]
  const nameOf = (address: string) => people.find((agent) => agent.email === address)?.name
  const save = async (form: FormData) => {
    const body = {
      every,
      day: every === 'day' ? 0 : Number(text(form, 'day')),
      minute: textMinute(text(form, 'time')),
      time_zone: schedule?.time_zone ?? ownZone(),
      locale: text(form, 'locale'),
      mailbox_id: Number(text(form, 'mailbox')),
      recipients: chosen,
    }
    await (schedule ? api.patch(`/api/reports/schedules/${schedule.id}`, body) : api.post('/api/reports/schedules', { ...body, report_id: report.id }))
    onClose()
  }
  const settle = (run: () => Promise<unknown>, done: string) => void change(run, done).then((ok) => ok && onClose())
  return (
    <Dialog open onClose={onClose} title={t('reports.scheduleTitle', { name: report.name })}>
      <div className="overflow-y-auto px-6 pb-6">
        <SettingsForm onSave={save} onCancel={onClose} ready={chosen.length > 0 && mailboxes.length > 0} touches={[schedulesQuery.queryKey]}>
          {(problem) => (
            <>
              <div className="grid grid-cols-3 gap-3 max-[480px]:grid-cols-1">
                <Field label={t('reports.every')}>
                  {(control) => (
                    <Select {...control} value={every} onChange={(event) => setEvery(event.target.value as Schedule['every'])}>
                      {(['day', 'week', 'month'] as const).map((one) => (
                        <option key={one} value={one}>
                          {t(`reports.every.${one}`)}
                        </option>
                      ))}
                    </Select>
                  )}
                </Field>
                {every !== 'day' && (
                  <Field label={t('reports.day')}>
                    {(control) => (
                      <Select {...control} key={every} name="day" defaultValue={String(schedule?.every === every ? schedule.day : every === 'week' ? 0 : 1)}>
                        {every === 'week'
                          ? [0, 1, 2, 3, 4, 5, 6].map((day) => (
                              <option key={day} value={day}>
                                {weekdayName(day, language)}
                              </option>
                            ))
                          : Array.from({ length: 31 }, (_, day) => (
                              <option key={day + 1} value={day + 1}>
                                {day + 1 === 31 ? t('reports.lastDay') : day + 1}
                              </option>
                            ))}
                      </Select>
                    )}
                  </Field>
                )}
                <Field label={t('reports.time')} hint={schedule?.time_zone ?? ownZone()}>
                  {(control) => <Input {...control} type="time" name="time" required defaultValue={minuteText(schedule?.minute ?? 8 * 60)} />}
                </Field>
              </div>
              <fieldset>
                <legend className="mb-1 text-secondary font-medium text-ink-2">{t('reports.recipients')}</legend>
                <div className="max-h-44 overflow-y-auto rounded-control border border-line px-3 py-1">
                  {choices.map((address) => (
                    <Checkbox
                      key={address}
                      label={nameOf(address) ?? address}
                      hint={nameOf(address) ? address : undefined}
                      checked={chosen.includes(address)}
                      onChange={(event) => setChosen(event.target.checked ? [...chosen, address] : chosen.filter((one) => one !== address))}
                    />
                  ))}
                </div>
                {problem?.code === 'bad_recipient' && <p className="mt-1 text-secondary text-wrong">{problem.detail}</p>}
              </fieldset>
              <div className="grid grid-cols-2 gap-3 max-[480px]:grid-cols-1">
                <Field label={t('reports.mailbox')} hint={mailboxes.length === 0 ? t('reports.noMailbox') : t('reports.mailboxHint')}>
                  {(control) => (
                    <Select {...control} name="mailbox" defaultValue={schedule?.mailbox_id} required>
                      {mailboxes.map((mailbox) => (
                        <option key={mailbox.id} value={mailbox.id}>
                          {mailbox.name} ({mailbox.address})
                        </option>
                      ))}
                    </Select>
                  )}
                </Field>
                <Field label={t('reports.language')}>
                  {(control) => (
                    <Select {...control} name="locale" defaultValue={schedule?.locale ?? language}>
                      {LANGUAGES.map((one) => (
                        <option key={one} value={one}>
                          {t(`language.${one}`)}
                        </option>
                      ))}
                    </Select>
                  )}
                </Field>
              </div>
              <p className="text-secondary text-ink-3">{t('reports.scheduleText')}</p>
              {schedule && (
                <div className="flex gap-2">
                  <Button onClick={() => settle(() => api.patch(`/api/reports/schedules/${schedule.id}`, { paused: !schedule.paused }), t(schedule.paused ? 'reports.resumed' : 'reports.pausedNow'))}>
                    {t(schedule.paused ? 'reports.resume' : 'reports.pause')}
                  </Button>
                  <Button variant="danger" onClick={() => settle(() => api.delete(`/api/reports/schedules/${schedule.id}`), t('reports.unscheduled'))}>
                    {t('reports.unschedule')}
                  </Button>
                </div>
              )}
            </>
          )}
        </SettingsForm>
      </div>
    </Dialog>
  )
}
