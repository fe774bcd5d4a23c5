import { useQuery } from '@tanstack/react-query'
import { CornerDownRight, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { SettingsForm, useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field, Input } from '../../ui/Field'
import { ArticleSearch } from '../ArticleSearch'
import { HELP, redirectsQuery } from '../queries'
import type { Centre } from '../types'
import { Section } from './CentreSettings'

const SHOWN = 50

/** Old addresses that lead on. Former addresses of articles keep leading there by themselves. */
export function Redirects({ centre }: { centre: Centre }) {
  const t = useT()
  const change = useChange([HELP])
  const redirects = useQuery(redirectsQuery(centre.id)).data ?? []
  const [adding, setAdding] = useState(false)
  const [all, setAll] = useState(false)
  return (
    <Section title={t('redirects.title')} text={t('redirects.text')}>
      {redirects.length > 0 && (
        <ul aria-label={t('redirects.title')} className="divide-y divide-line rounded-card border border-line">
          {redirects.slice(0, all ? undefined : SHOWN).map((one) => (
            <li key={one.id} className="flex min-h-11 items-center gap-3 px-4 py-1">
              <span className="min-w-0 grow">
                <span className="block truncate">{one.language ? `/${one.language}/articles/${one.path}` : one.path}</span>
                <span className="flex min-w-0 items-center gap-1.5 text-secondary text-ink-3">
                  <CornerDownRight size={14} className="shrink-0" aria-hidden />
                  <span className="truncate">{one.target ?? one.title}</span>
                </span>
              </span>
              {one.automatic && <span className="shrink-0 text-secondary text-ink-3">{t('redirects.automatic')}</span>}
              <IconButton label={t('redirects.remove', { path: one.path })} onClick={() => void change(() => api.delete(`/api/help/redirects/${one.id}`))}>
                <Trash2 size={15} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-2">
        <Button onClick={() => setAdding(true)}>{t('redirects.add')}</Button>
        {!all && redirects.length > SHOWN && (
          <Button variant="plain" onClick={() => setAll(true)}>
            {t('reports.showAll', { n: redirects.length })}
          </Button>
        )}
      </div>
      <Dialog open={adding} onClose={() => setAdding(false)} title={t('redirects.add')}>
        {adding && <RedirectForm centre={centre} onClose={() => setAdding(false)} />}
      </Dialog>
    </Section>
  )
}

function RedirectForm({ centre, onClose }: { centre: Centre; onClose: () => void }) {
  const t = useT()
  const [to, setTo] = useState<{ article_id: number; title: string } | { target: string } | null>(null)
  const save = async (form: FormData) => {
    await api.post('/api/help/redirects', { centre_id: centre.id, path: String(form.get('path')).trim(), ...(to && 'target' in to ? { target: to.target } : { article_id: to?.article_id }) })
    onClose()
  }
  return (
    <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-5">
      <div>
        <p className="mb-1 text-secondary font-medium text-ink-2">{t('redirects.to')}</p>
        {to ? (
          <p className="flex items-center gap-2">
            <span className="min-w-0 grow truncate">{'target' in to ? to.target : to.title}</span>
            <Button variant="plain" onClick={() => setTo(null)}>
              {t('redirects.other')}
            </Button>
          </p>
        ) : (
          <ArticleSearch centre={centre.id} language={null} label={t('redirects.to')} placeholder={t('link.placeholder')} onChoose={(article) => setTo({ article_id: article.id, title: article.title })} onText={(target) => setTo({ target })} />
        )}
      </div>
      <SettingsForm onSave={save} onCancel={onClose} touches={[HELP]} ready={to !== null}>
        {(problem) => (
          <Field label={t('redirects.from')} hint={t('redirects.fromHint')} error={problem?.field('path')}>
            {(control) => <Input {...control} name="path" required pattern="/[^\s#]*" placeholder="/old/page" maxLength={1000} spellCheck={false} />}
          </Field>
        )}
      </SettingsForm>
    </div>
  )
}
