import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Workspace } from '../api/types'
import { useT } from '../app/i18n'
import { Field, Input, Select } from '../ui/Field'
import { Skeleton } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { number, PageHead, SettingsForm, text } from './parts'

export default function WorkspaceSettings() {
  const t = useT()
  const workspace = useQuery({ queryKey: ['workspace'], queryFn: ({ signal }) => api.get<Workspace>('/api/workspace', undefined, signal) })
  return (
    <>
      <PageHead title={t('settings.workspace')} text={t('workspace.text')} />
      {workspace.data ? <WorkspaceForm workspace={workspace.data} /> : <Skeleton rows={4} />}
    </>
  )
}

function WorkspaceForm({ workspace }: { workspace: Workspace }) {
  const t = useT()
  const client = useQueryClient()
  const { settings } = workspace
  const save = async (form: FormData) => {
    await api.patch('/api/workspace', {
      name: text(form, 'name'),
      time_zone: text(form, 'zone'),
      settings: {
        undo_seconds: number(form, 'undo'),
        raw_keep_days: number(form, 'keep'),
        visits_keep_days: number(form, 'visits'),
      },
    })
    notify({ text: t('state.saved') })
    void client.invalidateQueries({ queryKey: keys.me })
    void client.invalidateQueries({ queryKey: keys.lists })
  }
  return (
    <SettingsForm onSave={save} touches={[['workspace']]}>
      {(problem) => (
        <>
          <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
            <Field label={t('setup.workspace')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required defaultValue={workspace.name} />}
            </Field>
            <Field label={t('setup.zone')} error={problem?.field('time_zone')}>
              {(control) => (
                <Select {...control} name="zone" defaultValue={workspace.time_zone}>
                  {[...new Set([workspace.time_zone, ...Intl.supportedValuesOf('timeZone')])].map((zone) => (
                    <option key={zone}>{zone}</option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t('workspace.undo')} hint={t('workspace.undoHint')}>
              {(control) => <Input {...control} name="undo" type="number" min={0} max={120} required defaultValue={settings.undo_seconds} />}
            </Field>
            <Field label={t('workspace.keep')} hint={t('workspace.keepHint')}>
              {(control) => <Input {...control} name="keep" type="number" min={1} max={3650} required defaultValue={settings.raw_keep_days} />}
            </Field>
            <Field label={t('workspace.visits')} hint={t('workspace.visitsHint')}>
              {(control) => <Input {...control} name="visits" type="number" min={1} max={3650} required defaultValue={settings.visits_keep_days} />}
            </Field>
          </div>
        </>
      )}
    </SettingsForm>
  )
}
