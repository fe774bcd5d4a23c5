import { useQuery } from '@tanstack/react-query'
import type { Messenger } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { mailboxesQuery } from '../mailboxes/queries'
import { Section, Two } from './Section'
import { asked } from './setup'

/** What is asked before the first message, and how an answer reaches somebody who has left. */
export function ConversationFields({ messenger }: { messenger: Messenger | null }) {
  const t = useT()
  const mailboxes = useQuery(mailboxesQuery).data ?? []
  return (
    <>
      <Section title={t('messenger.prechat')} text={t('messenger.prechatText')}>
        <Two>
          {(['name', 'email'] as const).map((field) => (
            <Field key={field} label={t(`messenger.ask.${field}`)}>
              {(control) => (
                <Select {...control} name={`ask.${field}`} defaultValue={asked(messenger?.prechat ?? [], field)}>
                  {(['no', 'optional', 'required'] as const).map((how) => (
                    <option key={how} value={how}>
                      {t(`messenger.asked.${how}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
        </Two>
      </Section>
      <Section title={t('messenger.gone')} text={t('messenger.goneText')}>
        <Two>
          <Field label={t('messenger.mailbox')} hint={t('messenger.mailboxHint')}>
            {(control) => (
              <Select {...control} name="mailbox" defaultValue={messenger?.reply_mailbox_id ?? ''} key={mailboxes.length}>
                <option value="">{t('messenger.noMailbox')}</option>
                {mailboxes.map((mailbox) => (
                  <option key={mailbox.id} value={mailbox.id}>
                    {mailbox.name} ({mailbox.address})
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('messenger.mailAfter')} hint={t('messenger.mailAfterHint')}>
            {(control) => <Input {...control} name="mail_after" type="number" min={10} max={86_400} required defaultValue={messenger?.mail_after_s ?? 60} />}
          </Field>
          <Field label={t('messenger.askWhen')} hint={t('messenger.askWhenHint')}>
            {(control) => (
              <Select {...control} name="ask_when" defaultValue={messenger?.ask_email_when ?? 'away'}>
                {(['away', 'always', 'never'] as const).map((when) => (
                  <option key={when} value={when}>
                    {t(`messenger.askWhen.${when}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </Two>
        <Checkbox name="sound" label={t('messenger.sound')} hint={t('messenger.soundHint')} defaultChecked={messenger?.sound ?? true} />
      </Section>
    </>
  )
}
