import { useQuery } from '@tanstack/react-query'
import { CalendarOff, Trash2 } from 'lucide-react'
import { absolute, dayAndTime } from '../../../shared/time'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { useNow } from '../../app/useNow'
import { absencesQuery } from '../../routing/queries'
import { IconButton } from '../../ui/Button'
import { Field, Input, Select } from '../../ui/Field'
import { CardList, number, SettingsForm, text, useChange } from '../parts'

/** When somebody is away, and who stands in. */
export function Absences({ agentId, may }: { agentId: number; may: boolean }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { agent, agents } = useDirectory()
  const query = absencesQuery(agentId)
  const absences = useQuery(query).data ?? []
  const change = useChange([query.queryKey])
  const save = async (form: FormData) => {
    await api.post(`/api/agents/${agentId}/absences`, {
      starts_at: new Date(text(form, 'from')).toISOString(),
      ends_at: new Date(text(form, 'until')).toISOString(),
      substitute_id: number(form, 'substitute'),
    })
  }
  return (
    <section aria-label={t('absence.title')} className="flex flex-col gap-3">
      <div>
        <h2 className="text-thread font-strong">{t('absence.title')}</h2>
        <p className="text-secondary text-ink-2">{t('absence.text')}</p>
      </div>
      {absences.length > 0 && (
        <CardList label={t('absence.title')}>
          {absences.map((one) => (
            <li key={one.id} className="flex items-center gap-3 px-3 py-2">
              <CalendarOff size={16} className="shrink-0 text-ink-3" aria-hidden />
              <span className="min-w-0 grow">
                <span className="tabular block" title={`${absolute(one.starts_at, language)} – ${absolute(one.ends_at, language)}`}>
                  {dayAndTime(one.starts_at, now, language)} – {dayAndTime(one.ends_at, now, language)}
                </span>
                {one.substitute_id !== null && <span className="block text-secondary text-ink-3">{t('absence.standsIn', { name: agent(one.substitute_id)?.name ?? '…' })}</span>}
              </span>
              {one.can.includes('delete') && (
                <IconButton label={t('absence.remove')} onClick={() => void change(() => api.delete(`/api/agents/${agentId}/absences/${one.id}`))}>
                  <Trash2 size={16} aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </CardList>
      )}
      {may && (
        <SettingsForm onSave={save} submit={t('absence.add')} touches={[query.queryKey]}>
          {(problem) => (
            <div className="grid grid-cols-3 gap-3 max-[719px]:grid-cols-1">
              <Field label={t('absence.from')} error={problem?.field('starts_at')}>
                {(control) => <Input {...control} name="from" type="datetime-local" required />}
              </Field>
              <Field label={t('absence.until')} error={problem?.field('ends_at')}>
                {(control) => <Input {...control} name="until" type="datetime-local" required />}
              </Field>
              <Field label={t('absence.substitute')} error={problem?.field('substitute_id')}>
                {(control) => (
                  <Select {...control} name="substitute" defaultValue="">
                    <option value="">{t('absence.nobody')}</option>
                    {agents
                      .filter((one) => one.id !== agentId && !one.disabled_at)
                      .map((one) => (
                        <option key={one.id} value={one.id}>
                          {one.name}
                        </option>
                      ))}
                  </Select>
                )}
              </Field>
            </div>
          )}
        </SettingsForm>
      )}
    </section>
  )
}
