import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Monitor } from 'lucide-react'
import { LANGUAGES } from '../../shared/i18n'
import { dayAndTime, moment } from '../../shared/time'
import { api } from '../api/client'
import { keys } from '../api/queries'
import type { Me, Session } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMe } from '../app/me'
import { setPreference } from '../app/preferences'
import { useNow } from '../app/useNow'
import { Button } from '../ui/Button'
import { Field, Input, Select } from '../ui/Field'
import { notify } from '../ui/toasts'
import { Picture } from './Picture'
import { CardList, Loaded, PageHead, SettingsForm, text, useChange } from './parts'
import { settingsList } from './queries'

const sessionsQuery = settingsList<Session>('/api/sessions')

export default function MySettings() {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const language = useLanguage()
  const save = async (form: FormData) => {
    const fresh = await api.patch<Me>('/api/me', { name: text(form, 'name'), locale: text(form, 'locale'), time_zone: text(form, 'zone') })
    setPreference('language', text(form, 'locale'))
    client.setQueryData(keys.me, fresh)
    notify({ text: t('state.saved') })
  }
  const changePassword = async (form: FormData) => {
    await api.patch<Me>('/api/me', { password: text(form, 'password'), current_password: text(form, 'current') })
    await client.invalidateQueries({ queryKey: keys.me })
    notify({ text: t('me.passwordChanged') })
  }
  return (
    <>
      <PageHead title={t('settings.me')} text={t('me.text', { email: me.agent.email })} />
      <Picture />
      <SettingsForm onSave={save}>
        {(problem) => (
          <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
            <Field label={t('people.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required autoComplete="name" defaultValue={me.agent.name} />}
            </Field>
            <Field label={t('look.language')}>
              {(control) => (
                <Select {...control} name="locale" defaultValue={language}>
                  {LANGUAGES.map((one) => (
                    <option key={one} value={one}>
                      {t(`language.${one}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t('setup.zone')} error={problem?.field('time_zone')}>
              {(control) => (
                <Select {...control} name="zone" defaultValue={me.agent.time_zone}>
                  {[...new Set([me.agent.time_zone ?? 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((zone) => (
                    <option key={zone}>{zone}</option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        )}
      </SettingsForm>
      <h2 className="mt-8 mb-3 text-thread font-strong">{t('me.password')}</h2>
      <SettingsForm onSave={changePassword} submit={t('me.changePassword')}>
        {(problem) => (
          <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
            <Field label={t('me.current')} error={problem?.field('current_password')}>
              {(control) => <Input {...control} name="current" type="password" autoComplete="current-password" required />}
            </Field>
            <Field label={t('people.newPassword')} hint={t('setup.passwordHint')} error={problem?.field('password')}>
              {(control) => <Input {...control} name="password" type="password" autoComplete="new-password" minLength={10} required />}
            </Field>
          </div>
        )}
      </SettingsForm>
      <Sessions />
    </>
  )
}

function Sessions() {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const sessions = useQuery(sessionsQuery)
  const change = useChange([sessionsQuery.queryKey])
  return (
    <>
      <h2 className="mt-8 mb-1 text-thread font-strong">{t('me.sessions')}</h2>
      <p className="mb-3 text-ink-2">{t('me.sessionsText')}</p>
      <Loaded query={sessions} empty={null}>
        {(items) => (
          <CardList label={t('me.sessions')}>
            {items.map((session) => (
              <li key={session.id} className="flex min-h-14 items-center gap-3 px-4 py-2">
                <Monitor size={16} className="shrink-0 text-ink-3" aria-hidden />
                <div className="min-w-0 grow">
                  <p className="truncate" title={session.user_agent}>
                    {browserName(session.user_agent) || t('me.unknownBrowser')}
                  </p>
                  <p className="text-secondary text-ink-3">
                    {t('me.session', { began: dayAndTime(session.created_at, now, language), seen: moment(session.last_seen_at, now, language) })}
                  </p>
                </div>
                {session.current ? (
                  <span className="text-secondary text-ink-3">{t('me.thisSession')}</span>
                ) : (
                  <Button onClick={() => void change(() => api.delete(`/api/sessions/${session.id}`))}>{t('me.endSession')}</Button>
                )}
              </li>
            ))}
          </CardList>
        )}
      </Loaded>
    </>
  )
}

/** "Firefox, Linux" of a user agent, as far as it says so. */
function browserName(agent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1]
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1]
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }
  return [browser, system].flatMap((name) => (name ? (names[name] ?? name) : [])).join(', ')
}
