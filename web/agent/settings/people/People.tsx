import { useQuery } from '@tanstack/react-query'
import { Ellipsis, UserPlus, UserRound } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { agentsQuery, teamsQuery } from '../../api/queries'
import type { Agent, Role } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { Person, StateWord } from '../../app/Person'
import { Away } from '../../routing/Away'
import { Button, IconButton } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { Menu, MenuItem } from '../../ui/Menu'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, SettingsForm, text, useChange } from '../parts'
import { settingsList } from '../queries'

const rolesQuery = settingsList<Role>('/api/roles')
const TOUCHES = [agentsQuery.queryKey, teamsQuery.queryKey, rolesQuery.queryKey]

export default function People() {
  const t = useT()
  const agents = useQuery(agentsQuery)
  const mayWrite = useMay('agents.write')
  const [editing, setEditing] = useState<Agent | 'new' | null>(null)
  return (
    <>
      <PageHead title={t('settings.people')} text={t('people.text')}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setEditing('new')}>
            <UserPlus size={16} aria-hidden />
            {t('people.add')}
          </Button>
        )}
      </PageHead>
      <Loaded query={agents} empty={<Empty icon={UserRound} title={t('people.empty')} />}>
        {(items) => (
          <CardList label={t('settings.people')}>
            {items.map((agent) => (
              <PersonRow key={agent.id} agent={agent} onEdit={() => setEditing(agent)} />
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('people.add') : t('people.edit')}>
        {editing && <PersonForm agent={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function PersonRow({ agent, onEdit }: { agent: Agent; onEdit: () => void }) {
  const t = useT()
  const { team } = useDirectory()
  const change = useChange(TOUCHES)
  const setDisabled = (disabled: boolean): Promise<boolean> =>
    change(
      () => api.patch(`/api/agents/${agent.id}`, { disabled }),
      t(disabled ? 'people.disabled' : 'people.enabled', { name: agent.name }),
      () => void setDisabled(!disabled),
    )
  const can = agent.can ?? []
  return (
    <li className={`flex min-h-14 items-center gap-3 px-4 py-2 ${agent.disabled_at ? 'opacity-60' : ''}`}>
      <Person id={agent.id} size={32} />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{agent.name}</p>
        <p className="flex items-center gap-2 text-secondary text-ink-3">
          {!agent.disabled_at && <StateWord id={agent.id} />}
          {!agent.disabled_at && <Away agentId={agent.id} />}
          <span className="min-w-0 truncate">{agent.email}</span>
        </p>
      </div>
      <span className="flex flex-wrap justify-end gap-1 max-[719px]:hidden">
        {(agent.team_ids ?? []).map((id) => (
          <Chip key={id}>{team(id)?.name}</Chip>
        ))}
      </span>
      <span className="w-24 shrink-0 text-right text-secondary text-ink-2 max-[719px]:w-auto">{agent.disabled_at ? t('people.off') : roleName(t, agent.role)}</span>
      {can.length > 0 ? (
        <Menu
          align="end"
          trigger={
            <IconButton label={t('thread.more')}>
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
        >
          {can.includes('write') && <MenuItem label={t('people.edit')} onSelect={onEdit} />}
          {can.includes('disable') && (
            <MenuItem label={t(agent.disabled_at ? 'people.enable' : 'people.disable')} onSelect={() => void setDisabled(!agent.disabled_at)} />
          )}
        </Menu>
      ) : (
        <span className="w-7" />
      )}
    </li>
  )
}

const BUILTIN = new Set(['owner', 'admin', 'agent', 'viewer'])

/** The four built-in roles in the reader's language, others by their own name. */
function roleName(t: ReturnType<typeof useT>, name: string | undefined): string {
  const key = (name ?? '').toLowerCase()
  return BUILTIN.has(key) ? t(`role.${key}` as 'role.owner') : (name ?? '')
}

function PersonForm({ agent, onDone }: { agent: Agent | null; onDone: () => void }) {
  const t = useT()
  const roles = useQuery(rolesQuery).data ?? []
  const { teams } = useDirectory()
  const save = async (form: FormData) => {
    const password = text(form, 'password')
    const body = {
      name: text(form, 'name'),
      email: text(form, 'email').toLowerCase(),
      role_id: Number(form.get('role')),
      team_ids: form.getAll('team').map(Number),
      ...(password ? { password } : {}),
    }
    await (agent ? api.patch(`/api/agents/${agent.id}`, body) : api.post('/api/agents', body))
    onDone()
  }
  const agentRole = roles.find((role) => role.builtin === 'agent')?.id
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={TOUCHES}>
        {(problem) => (
          <>
            <Field label={t('people.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required defaultValue={agent?.name} />}
            </Field>
            <Field label={t('signIn.email')} error={problem?.field('email')}>
              {(control) => <Input {...control} name="email" type="email" required defaultValue={agent?.email} />}
            </Field>
            {roles.length > 0 && (
              <Field label={t('people.role')} error={problem?.field('role_id')}>
                {(control) => (
                  <Select {...control} name="role" defaultValue={agent?.role_id ?? agentRole}>
                    {roles.map((role) => (
                      <option key={role.id} value={role.id}>
                        {roleName(t, role.builtin ?? role.name)}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            <Field label={t(agent ? 'people.newPassword' : 'people.firstPassword')} hint={t('people.passwordHint')} error={problem?.field('password')}>
              {(control) => <Input {...control} name="password" type="password" autoComplete="new-password" minLength={10} required={!agent} />}
            </Field>
            {teams.length > 0 && (
              <fieldset>
                <legend className="text-secondary font-medium text-ink-2">{t('settings.teams')}</legend>
                {teams.map((team) => (
                  <Checkbox key={team.id} name="team" value={team.id} label={team.name} defaultChecked={agent?.team_ids?.includes(team.id)} />
                ))}
              </fieldset>
            )}
          </>
        )}
      </SettingsForm>
    </div>
  )
}
