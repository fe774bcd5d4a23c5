import { api } from '../api/client'
import { useT } from '../app/i18n'
import { SettingsForm, text as textField } from '../settings/parts'
import { Dialog } from '../ui/Dialog'
import { Field, Input } from '../ui/Field'
import { notify } from '../ui/toasts'
import { cannedQuery } from './queries'

const PLACES = ['contact.first_name', 'contact.name', 'contact.email', 'company.name', 'agent.name', 'conversation.number']

/** Writes a canned reply: a new one, or with `id` an existing one. */
export function CannedDialog({ id, name, text, onClose }: { id?: number; name: string; text: string; onClose: () => void }) {
  const t = useT()
  const save = async (form: FormData) => {
    const body = { name: textField(form, 'name'), text: textField(form, 'text') }
    if (id === undefined) {
      await api.post('/api/canned-replies', body)
      notify({ text: t('suggest.cannedMade', { name: body.name }) })
    } else await api.patch(`/api/canned-replies/${id}`, body)
    onClose()
  }
  return (
    <Dialog open onClose={onClose} title={id === undefined ? t('canned.add') : t('canned.edit', { name })} wide>
      <div className="overflow-y-auto px-6 pt-2 pb-6">
        <SettingsForm onSave={save} onCancel={onClose} touches={[cannedQuery.queryKey]}>
          {() => (
            <>
              <Field label={t('canned.name')}>{(control) => <Input {...control} name="name" defaultValue={name} required maxLength={100} />}</Field>
              <Field label={t('canned.words')} hint={t('canned.wordsHint', { places: PLACES.map((place) => `{{${place}}}`).join(' ') })}>
                {(control) => (
                  <textarea
                    {...control}
                    name="text"
                    defaultValue={text}
                    required
                    maxLength={20_000}
                    className="field-sizing-content max-h-80 min-h-40 w-full resize-y rounded-control border border-line-strong bg-control px-3 py-2 text-ink"
                  />
                )}
              </Field>
            </>
          )}
        </SettingsForm>
      </div>
    </Dialog>
  )
}
