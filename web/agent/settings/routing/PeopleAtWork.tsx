import { useQuery } from '@tanstack/react-query'
import { UserRound } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { agentsQuery } from '../../api/queries'
import type { Agent } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { Person, StateWord } from '../../app/Person'
import { Away } from '../../routing/Away'
import { type AgentWork, agentWorkQuery, skillsQuery } from '../../routing/queries'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { Empty, Skeleton } from '../../ui/Notice'
import { calendarsQuery } from '../hours/queries'
import { CardList, Loaded, number, SettingsForm, text } from '../parts'
import { Absences } from '../work/Absences'
import { Section } from './Routing'

/** Who can be given what, how much of it, when, and who stands in. */
export function PeopleAtWork() {
  const t = useT()
  const agents = useQuery(agentsQuery)
  const [editing, setEditing] = useState<Agent | null>(null)
  return (
    <Section title={t('settings.people')} note={t('work.text')}>
      <Loaded query={agents} empty={<Empty icon={UserRound} title={t('people.empty')} />}>
        {(items) => (
          <CardList label={t('settings.people')}>
            {items
              .filter((agent) => !agent.disabled_at)
              .map((agent) => (
                <PersonRow key={agent.id} agent={agent} onEdit={() => setEditing(agent)} />
              ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={t('work.edit', { name: editing?.name ?? '' })}>
        {editing && <WorkForm agent={editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </Section>
  )
}

function PersonRow({ agent, onEdit }: { agent: Agent; onEdit: () => void }) {
  const t = useT()
  const language = useLanguage()
  const work = useQuery(agentWorkQuery(agent.id)).data
  const skills = useQuery(skillsQuery).data ?? []
  const mayWrite = useMay('routing.write')
  const spoken = new Intl.DisplayNames(language, { type: 'language' })
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2">
      <Person id={agent.id} size={32} />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{agent.name}</p>
        <p className="flex flex-wrap items-center gap-x-2 text-secondary text-ink-3">
          <StateWord id={agent.id} />
          <Away agentId={agent.id} />
          {work && work.languages.length > 0 && <span>{work.languages.map((one) => spoken.of(one) ?? one).join(', ')}</span>}
          {work && work.capacity !== 1 && <span className="tabular">{t('work.capacityOf', { percent: Math.round(work.capacity * 100) })}</span>}
        </p>
      </div>
      <span className="flex flex-wrap justify-end gap-1 max-[719px]:hidden">
        {work?.skill_ids.map((id) => (
          <Chip key={id}>{skills.find((skill) => skill.id === id)?.name ?? '…'}</Chip>
        ))}
      </span>
      {mayWrite && <Button onClick={onEdit}>{t('action.edit')}</Button>}
    </li>
  )
}

function WorkForm({ agent, onDone }: { agent: Agent; onDone: () => void }) {
  const work = useQuery(agentWorkQuery(agent.id)).data
  if (!work) return <Skeleton rows={4} />
  return (
    <div className="flex flex-col gap-6 overflow-y-auto px-6 pb-6">
      <Form work={work} onDone={onDone} />
      <Absences agentId={agent.id} may />
    </div>
  )
}

function Form({ work, onDone }: { work: AgentWork; onDone: () => void }) {
  const t = useT()
  const skills = useQuery(skillsQuery).data ?? []
  const calendars = useQuery({ ...calendarsQuery, enabled: useMay('hours.read') }).data ?? []
  const save = async (form: FormData) => {
    await api.put(`/api/agents/${work.agent_id}/skills`, {
      skill_ids: form.getAll('skill').map(Number),
      languages: text(form, 'languages').toLowerCase().split(/[\s,;]+/).filter(Boolean),
      capacity: (number(form, 'capacity') ?? 100) / 100,
      calendar_id: number(form, 'calendar'),
    })
    onDone()
  }
  return (
    <SettingsForm onSave={save} onCancel={onDone} touches={[agentWorkQuery(work.agent_id).queryKey, skillsQuery.queryKey]}>
      {(problem) => (
        <>
          {skills.length > 0 && (
            <fieldset>
              <legend className="text-secondary font-medium text-ink-2">{t('skills.title')}</legend>
              {skills.map((skill) => (
                <Checkbox key={skill.id} name="skill" value={skill.id} label={skill.name} defaultChecked={work.skill_ids.includes(skill.id)} />
              ))}
            </fieldset>
          )}
          <Field label={t('work.languages')} hint={t('work.languagesHint')} error={problem?.field('languages') ?? problem?.field('languages[0]')}>
            {(control) => <Input {...control} name="languages" placeholder="en, it" defaultValue={work.languages.join(', ')} />}
          </Field>
          <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
            <Field label={t('work.capacity')} hint={t('work.capacityHint')} error={problem?.field('capacity')}>
              {(control) => <Input {...control} name="capacity" type="number" min={0} max={1000} step={5} required defaultValue={Math.round(work.capacity * 100)} />}
            </Field>
            {calendars.length > 0 && (
              <Field label={t('settings.hours')} hint={t('work.hoursHint')}>
                {(control) => (
                  <Select {...control} name="calendar" defaultValue={work.calendar_id ?? ''}>
                    <option value="">{t('work.wheneverHere')}</option>
                    {calendars.map((calendar) => (
                      <option key={calendar.id} value={calendar.id}>
                        {calendar.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
          </div>
        </>
      )}
    </SettingsForm>
  )
}
