import { X } from 'lucide-react'
import type { RuleAction } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMe } from '../../app/me'
import { IconButton } from '../../ui/Button'
import { Field, Input, Select, TextArea } from '../../ui/Field'
import { sayDuration } from './say'

type Reply = Extract<RuleAction, { type: 'reply' }>
type Props = { actions: RuleAction[]; only: (type: RuleAction['type'], make: RuleAction | null) => void; wrong: { path: string; why: string } | null }

export const PLACES = ['contact.first_name', 'contact.name', 'company.name', 'agent.first_name', 'team.name', 'conversation.number', 'conversation.subject', 'promise.time', 'hours.back'] as const
const MOST_A_DAY = 10
const LANGUAGES = ['en', 'it', 'ko', 'de', 'fr', 'es', 'pt', 'nl', 'pl', 'ja', 'zh', 'tr', 'uk'] as const
const WAITS = [null, 0, 300, 1800, 7200] as const

/** An automatic answer, in every language it is written in, and a server that is told. */
export function ReplyFields({ actions, only, wrong }: Props) {
  const t = useT()
  const { workspace } = useMe()
  const reply = actions.find((action): action is Reply => action.type === 'reply')
  const webhook = actions.find((action) => action.type === 'webhook')
  const name = useLanguageName()
  const texts = reply?.text ?? {}
  const languages = reply ? Object.keys(texts) : [workspace.locale]
  const put = (text: Reply['text']) => only('reply', Object.keys(text).length === 0 ? null : { type: 'reply', text, wait_s: reply?.wait_s ?? null })
  const write = (language: string, text: string) => put(text === '' && languages.length === 1 ? {} : { ...texts, [language]: text })
  const drop = (language: string) => put(Object.fromEntries(Object.entries(texts).filter(([one]) => one !== language)))
  const free = LANGUAGES.filter((one) => !languages.includes(one))
  const wait = reply?.wait_s ?? null
  return (
    <>
      <div className="flex flex-col gap-2">
        {languages.map((language, at) => (
          <Field
            key={language}
            label={at === 0 && languages.length === 1 ? t('rules.reply') : t('rules.replyIn', { language: name(language) })}
            error={wrong?.path.endsWith(`.text.${language}`) ? wrong.why : null}
            hint={at < languages.length - 1 ? undefined : t('rules.replyHint', { most: MOST_A_DAY, places: PLACES.map((place) => `{{${place}}}`).join(' '), example: '{{contact.first_name|…}}' })}
          >
            {(control) => (
              <div className="flex items-start gap-2">
                <TextArea {...control} lang={language} rows={4} maxLength={4000} required={languages.length > 1} value={texts[language] ?? ''} onChange={(event) => write(language, event.target.value)} />
                {languages.length > 1 && (
                  <IconButton label={`${t('action.remove')}: ${name(language)}`} onClick={() => drop(language)}>
                    <X size={15} aria-hidden />
                  </IconButton>
                )}
              </div>
            )}
          </Field>
        ))}
        {reply && (
          <div className="flex flex-wrap items-center gap-2">
            <Select aria-label={t('rules.replyWait')} value={String(wait)} onChange={(event) => only('reply', { ...reply, wait_s: event.target.value === 'null' ? null : Number(event.target.value) })} className="w-auto!">
              {WAITS.map((one) => (
                <option key={String(one)} value={String(one)}>
                  {t(one === null ? 'rules.wait.undo' : `rules.wait.${one}`)}
                </option>
              ))}
              {!(WAITS as readonly (number | null)[]).includes(wait) && <option value={String(wait)}>{t('rules.wait.other', { time: sayDuration(wait ?? 0, t) })}</option>}
            </Select>
            {free.length > 0 && (
              <Select aria-label={t('rules.replyLanguage')} value="" onChange={(event) => put({ ...texts, [event.target.value]: '' })} className="w-auto!">
                <option value="">{t('rules.replyLanguage')}</option>
                {free.map((one) => (
                  <option key={one} value={one}>
                    {name(one)}
                  </option>
                ))}
              </Select>
            )}
          </div>
        )}
      </div>
      <Field label={t('rules.webhook')} hint={t('rules.webhookHint')} error={wrong?.path.endsWith('.url') ? wrong.why : null}>
        {(control) => (
          <Input {...control} type="url" pattern="https://.*" maxLength={2000} placeholder="https://" value={webhook?.url ?? ''} onChange={(event) => only('webhook', event.target.value === '' ? null : { type: 'webhook', url: event.target.value })} />
        )}
      </Field>
    </>
  )
}

/** The name of a language in the reader's own. */
export function useLanguageName(): (code: string) => string {
  const names = new Intl.DisplayNames([useLanguage()], { type: 'language' })
  return (code) => names.of(code) ?? code
}
