import { LibraryBig } from 'lucide-react'
import { isLanguage } from '../../../shared/i18n'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useMay, useMe } from '../../app/me'
import { SettingsForm, text } from '../../settings/parts'
import { Field, Input, Select } from '../../ui/Field'
import { languageName } from '../names'
import { HELP } from '../queries'
import type { Centre } from '../types'
import { COMMON } from './languages'

/** Nothing is there yet: a name and a language are enough to begin. */
export default function FirstCentre() {
  const t = useT()
  const ui = useLanguage()
  const { workspace } = useMe()
  const mayCreate = useMay('help.publish')
  const create = (form: FormData) => api.post<Centre>('/api/help/centres', { name: text(form, 'name'), languages: [text(form, 'language')] })
  return (
    <main className="min-h-0 grow overflow-y-auto bg-paper">
      <div className="fade-in mx-auto max-w-[560px] px-8 py-16 max-[719px]:px-4">
        <LibraryBig size={28} strokeWidth={1.5} className="text-ink-faint" aria-hidden />
        <h1 className="mt-3 text-title font-strong">{t('firstCentre.title')}</h1>
        <p className="mt-1 mb-6 text-ink-2">{t('firstCentre.text')}</p>
        {mayCreate ? (
          <SettingsForm onSave={create} touches={[HELP]} submit={t('firstCentre.create')}>
            {(problem) => (
              <>
                <Field label={t('centre.name')} hint={t('centre.nameHint')} error={problem?.field('name')}>
                  {(control) => <Input {...control} name="name" required maxLength={100} defaultValue={workspace.name} />}
                </Field>
                <Field label={t('firstCentre.language')} hint={t('firstCentre.languageHint')}>
                  {(control) => (
                    <Select {...control} name="language" defaultValue={isLanguage(workspace.locale) ? workspace.locale : ui}>
                      {COMMON.map((tag) => (
                        <option key={tag} value={tag}>
                          {languageName(tag, ui)}
                        </option>
                      ))}
                    </Select>
                  )}
                </Field>
              </>
            )}
          </SettingsForm>
        ) : (
          <p className="text-ink-3">{t('firstCentre.ask')}</p>
        )}
      </div>
    </main>
  )
}
