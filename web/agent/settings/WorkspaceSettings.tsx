import { useQuery, useQueryClient } from '@tanstack/react-query'
import { parseMoney } from '../../shared/money'
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
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: workspace.base_currency }).resolvedOptions().maximumFractionDigits ?? 2
  const save = async (form: FormData) => {
    await api.patch('/api/workspace', {
      name: text(form, 'name'),
      time_zone: text(form, 'zone'),
      settings: {
        undo_seconds: number(form, 'undo'),
        raw_keep_days: number(form, 'keep'),
        visits_keep_days: number(form, 'visits'),
        value: {
          default_monthly_minor: parseMoney(text(form, 'monthly'), workspace.base_currency) ?? 0,
          months: number(form, 'months'),
          handle_s: (number(form, 'handle') ?? 10) * 60,
          clock_share: (number(form, 'share') ?? 25) / 100,
          severity_weights: [0, 1, 2, 3].map((level) => number(form, `severity${level}`)),
        },
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
          <h2 className="mt-4 text-thread font-strong">{t('workspace.price')}</h2>
          <p className="-mt-3 max-w-[68ch] text-secondary text-ink-3">{t('workspace.priceText')}</p>
          <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
            <Field label={t('workspace.monthly', { currency: workspace.base_currency })} hint={t('workspace.monthlyHint')}>
              {(control) => <Input {...control} name="monthly" inputMode="decimal" defaultValue={settings.value.default_monthly_minor / 10 ** digits} />}
            </Field>
            <Field label={t('workspace.months')} hint={t('workspace.monthsHint')}>
              {(control) => <Input {...control} name="months" type="number" min={1} max={120} defaultValue={settings.value.months} />}
            </Field>
            <Field label={t('workspace.handle')} hint={t('workspace.handleHint')}>
              {(control) => <Input {...control} name="handle" type="number" min={1} step="any" defaultValue={settings.value.handle_s / 60} />}
            </Field>
            <Field label={t('workspace.share')} hint={t('workspace.shareHint')}>
              {(control) => <Input {...control} name="share" type="number" min={0} max={100} step="any" defaultValue={settings.value.clock_share * 100} />}
            </Field>
          </div>
          <fieldset>
            <legend className="mb-1 text-secondary font-medium text-ink-2">{t('workspace.weights')}</legend>
            <div className="grid grid-cols-4 gap-4 max-[719px]:grid-cols-2">
              {([0, 1, 2, 3] as const).map((level) => (
                <Field key={level} label={t(`severity.${level}`)}>
                  {(control) => (
                    <Input {...control} name={`severity${level}`} type="number" min={0.01} step="any" defaultValue={settings.value.severity_weights[level]} />
                  )}
                </Field>
              ))}
            </div>
          </fieldset>
        </>
      )}
    </SettingsForm>
  )
}
