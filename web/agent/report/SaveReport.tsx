import { Bookmark } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { navigate } from '../app/router'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Field, Input } from '../ui/Field'
import { notify } from '../ui/toasts'
import { SettingsForm, text } from '../settings/parts'
import { savedQuery } from './queries'
import { type ReportState, storedState } from './state'

/** Keeps the page with all its choices under a name. */
export function SaveReport({ state, page }: { state: ReportState; page: 'overview' | 'breakdown' }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const save = async (form: FormData) => {
    const name = text(form, 'name')
    await api.post('/api/reports/saved', { name, state: storedState(state, page), shared: form.get('shared') === 'on' })
    setOpen(false)
    notify({ text: t('reports.savedDone', { name }), seconds: 8, action: { label: t('reports.saved'), run: () => navigate({ page: 'reports', section: 'saved', item: null }, { search: '' }) } })
  }
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
        <Bookmark size={15} aria-hidden />
        {t('reports.save')}
      </Button>
      {open && (
        <Dialog open onClose={() => setOpen(false)} title={t('reports.saveTitle')}>
          <div className="px-6 pb-6">
            <SettingsForm onSave={save} onCancel={() => setOpen(false)} touches={[savedQuery.queryKey]}>
              {(problem) => (
                <>
                  <Field label={t('reports.name')} error={problem?.code === 'report_exists' ? problem.detail : problem?.field('name')}>
                    {(control) => <Input {...control} name="name" required maxLength={120} />}
                  </Field>
                  <Checkbox name="shared" label={t('reports.share')} hint={t('reports.shareHint')} />
                </>
              )}
            </SettingsForm>
          </div>
        </Dialog>
      )}
    </>
  )
}
