import { useQuery } from '@tanstack/react-query'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Checkbox, Field, Select } from '../ui/Field'
import type { Flow } from './types'
import { LANGUAGES, WordsField } from './WordsField'

const WHO = ['everybody', 'new', 'known', 'identified'] as const
const CHANNELS = ['messenger', 'email'] as const

/** Whom the bot talks to, where, and what it calls itself. */
export function FlowSettings({ flow, onChange }: { flow: Flow; onChange: (change: (flow: Flow) => Flow) => void }) {
  const t = useT()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const audience = { channels: ['messenger'] as ('messenger' | 'email')[], account_ids: [] as number[], when: { all: [] }, ...flow.audience, who: flow.audience?.who ?? ('everybody' as const) }
  const set = (patch: Partial<typeof audience>) => onChange((now) => ({ ...now, audience: { ...audience, ...patch } }))
  return (
    <div className="flex flex-col gap-4">
      <p className="text-secondary text-ink-3">{t('bots.settingsText')}</p>
      <WordsField label={t('bots.callsItself')} hint={t('bots.callsItselfHint')} words={flow.name ?? {}} language={flow.language} rows={1} onChange={(name) => onChange((now) => ({ ...now, name }))} />
      <Field label={t('bots.language')} hint={t('bots.languageHint')}>
        {(control) => (
          <Select {...control} value={flow.language} onChange={(event) => onChange((now) => ({ ...now, language: event.target.value }))}>
            {[...new Set([flow.language, ...LANGUAGES])].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset>
        <legend className="text-secondary font-medium text-ink-2">{t('bots.channels')}</legend>
        {CHANNELS.map((channel) => (
          <Checkbox
            key={channel}
            label={t(`channel.${channel}`)}
            hint={channel === 'email' ? t('bots.mailHint') : undefined}
            checked={audience.channels.includes(channel)}
            onChange={(event) => set({ channels: CHANNELS.filter((one) => (one === channel ? event.target.checked : audience.channels.includes(one))) })}
          />
        ))}
      </fieldset>
      <Field label={t('bots.who')}>
        {(control) => (
          <Select {...control} value={audience.who} onChange={(event) => set({ who: event.target.value as (typeof WHO)[number] })}>
            {WHO.map((who) => (
              <option key={who} value={who}>
                {t(`bots.who.${who}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {mailboxes.length > 1 && audience.channels.includes('email') && (
        <fieldset>
          <legend className="text-secondary font-medium text-ink-2">{t('bots.accounts')}</legend>
          {mailboxes.map((box) => (
            <Checkbox
              key={box.id}
              label={box.name}
              checked={audience.account_ids.length === 0 || audience.account_ids.includes(box.id)}
              onChange={(event) => {
                const now = audience.account_ids.length === 0 ? mailboxes.map((one) => one.id) : audience.account_ids
                const ids = event.target.checked ? [...now, box.id] : now.filter((id) => id !== box.id)
                set({ account_ids: ids.length === mailboxes.length ? [] : ids })
              }}
            />
          ))}
        </fieldset>
      )}
    </div>
  )
}
