import { useQuery } from '@tanstack/react-query'
import { Lock, Plus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { agentsQuery, teamsQuery } from '../../api/queries'
import type { Team } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { Person } from '../../app/Person'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { calendarsQuery } from '../hours/queries'
import { CardList, Loaded, number, PageHead, SettingsForm, text, useChange } from '../parts'

const TOUCHES = [teamsQuery.queryKey, agentsQuery.queryKey]

export default function Teams() {
  const t = useT()
  const teams = useQuery(teamsQuery)
  const mayWrite = useMay('agents.write')
  const { agent } = useDirectory()
  const [editing, setEditing] = useState<Team | 'new' | null>(null)
  const add = mayWrite && (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus size={16} aria-hidden />
      {t('teams.add')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('settings.teams')} text={t('teams.text')}>
        {add}
      </PageHead>
      <Loaded query={teams} empty={<Empty icon={UsersRound} title={t('teams.empty')} text={t('teams.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.teams')}>
            {items.map((team) => (
              <li key={team.id} className="flex min-h-14 items-center gap-3 px-4 py-2">
                <p className="min-w-0 grow truncate font-medium">{team.name}</p>
                {team.reply_lock && (
                  <span className="inline-flex items-center gap-1 text-secondary text-ink-3 max-[719px]:sr-only">
                    <Lock size={12} aria-hidden />
                    {t('teams.locked')}
                  </span>
                )}
                <span className="flex -space-x-1">
                  {(team.member_ids ?? []).slice(0, 6).map((id) => (
                    <Person key={id} id={id} title={agent(id)?.name} />
                  ))}
                </span>
                <span className="w-24 text-right text-secondary text-ink-3">{t('teams.members', { n: team.member_ids?.length ?? 0 })}</span>
                {team.can?.includes('write') && <Button onClick={() => setEditing(team)}>{t('action.edit')}</Button>}
              </li>
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('teams.add') : t('teams.edit')}>
        {editing && <TeamForm team={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function TeamForm({ team, onDone }: { team: Team | null; onDone: () => void }) {
  const t = useT()
  const { agents } = useDirectory()
  const calendars = useQuery({ ...calendarsQuery, enabled: useMay('hours.read') }).data ?? []
  const change = useChange(TOUCHES)
  const save = async (form: FormData) => {
    const body = { name: text(form, 'name'), calendar_id: number(form, 'calendar'), member_ids: form.getAll('member').map(Number), reply_lock: form.get('lock') === 'on' }
    await (team ? api.patch(`/api/teams/${team.id}`, body) : api.post('/api/teams', body))
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={TOUCHES}>
        {(problem) => (
          <>
            <Field label={t('teams.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required defaultValue={team?.name} />}
            </Field>
            {calendars.length > 0 && (
              <Field label={t('settings.hours')} hint={t('teams.hoursHint')}>
                {(control) => (
                  <Select {...control} name="calendar" defaultValue={team?.calendar_id ?? ''}>
                    <option value="">{t('teams.workspaceHours')}</option>
                    {calendars.map((calendar) => (
                      <option key={calendar.id} value={calendar.id}>
                        {calendar.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            <fieldset>
              <legend className="text-secondary font-medium text-ink-2">{t('teams.people')}</legend>
              {agents
                .filter((agent) => !agent.disabled_at)
                .map((agent) => (
                  <Checkbox key={agent.id} name="member" value={agent.id} label={agent.name} defaultChecked={team?.member_ids?.includes(agent.id)} />
                ))}
            </fieldset>
            <Checkbox name="lock" label={t('teams.lock')} hint={t('teams.lockHint')} defaultChecked={team?.reply_lock ?? false} />
            {team?.can?.includes('delete') && (
              <Button
                variant="danger"
                className="self-start"
                onClick={() => void change(() => api.delete(`/api/teams/${team.id}`), t('teams.deleted', { name: team.name })).then((done) => done && onDone())}
              >
                {t('teams.delete')}
              </Button>
            )}
          </>
        )}
      </SettingsForm>
    </div>
  )
}
