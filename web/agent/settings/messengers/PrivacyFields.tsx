import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Messenger } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { Checkbox, Field, Input, TextArea } from '../../ui/Field'
import { Section, Two } from './Section'

const COLLECTED = ['pages', 'device', 'events', 'respect_dnt'] as const

/** What is stored of visitors, which sites may show the messenger, and what keeps abuse out. */
export function PrivacyFields({ messenger, wrongOrigins }: { messenger: Messenger | null; wrongOrigins: boolean }) {
  const t = useT()
  const [origins, setOrigins] = useState(messenger?.origins.join('\n') ?? '')
  return (
    <>
      <Section title={t('messenger.collect')} text={t('messenger.collectText')}>
        <div className="flex flex-col gap-1">
          {COLLECTED.map((one) => (
            <Checkbox key={one} name={one} label={t(`messenger.collect.${one}`)} hint={t(`messenger.collect.${one}Text`)} defaultChecked={messenger?.collect[one] ?? true} />
          ))}
        </div>
      </Section>
      <Section title={t('messenger.safety')}>
        <Field label={t('messenger.origins')} hint={t('messenger.originsHint')} error={wrongOrigins ? t('messenger.originsWrong') : null}>
          {(control) => (
            <TextArea {...control} name="origins" rows={3} spellCheck={false} placeholder="https://www.example.com" value={origins} onChange={(event) => setOrigins(event.target.value)} />
          )}
        </Field>
        {origins.trim() === '' && (
          <p className="-mt-2 flex items-start gap-1.5 text-secondary text-ink-2">
            <TriangleAlert size={14} className="mt-[3px] shrink-0" aria-hidden />
            {t('messenger.anySiteText')}
          </p>
        )}
        <Checkbox
          name="require_jwt"
          label={t('messenger.requireIdentity')}
          hint={t(messenger?.has_secret ? 'messenger.requireIdentityText' : 'messenger.requireIdentityFirst')}
          defaultChecked={messenger?.require_jwt ?? false}
          disabled={!messenger?.has_secret}
        />
        <Two>
          <Field label={t('messenger.maxFile')} hint={t('messenger.maxFileHint')}>
            {(control) => <Input {...control} name="max_file" type="number" min={0} max={25} step="any" required defaultValue={(messenger?.max_file_bytes ?? 10_000_000) / 1e6} />}
          </Field>
        </Two>
        <fieldset>
          <legend className="mb-1 text-secondary font-medium text-ink-2">{t('messenger.limits')}</legend>
          <div className="grid grid-cols-3 gap-4 max-[719px]:grid-cols-1">
            {(['visitor', 'address', 'inbox'] as const).map((who) => (
              <Field key={who} label={t(`messenger.limit.${who}`)}>
                {(control) => (
                  <Input {...control} name={`per_${who}`} type="number" min={1} max={1_000_000} required defaultValue={messenger?.limits[`per_${who}_minute`] ?? { visitor: 30, address: 120, inbox: 6000 }[who]} />
                )}
              </Field>
            ))}
          </div>
        </fieldset>
      </Section>
    </>
  )
}
