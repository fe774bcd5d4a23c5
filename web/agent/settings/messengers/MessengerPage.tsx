import { useQueryClient } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { useEffect, useState } from 'react'
import { LANGUAGES } from '../../../shared/i18n'
import { api } from '../../api/client'
import { type AskEmail, type Messenger, messengersQuery } from '../../api/messenger'
import { loadStrings, useLanguage, useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { notify } from '../../ui/toasts'
import { number, SettingsForm, text, useChange } from '../parts'
import { BasicFields } from './BasicFields'
import { ConversationFields } from './ConversationFields'
import { Install } from './Install'
import { type Look, LookFields, plainTag } from './LookFields'
import { Preview } from './Preview'
import { PrivacyFields } from './PrivacyFields'
import { type Asked, parseOrigins, prechat } from './setup'

const PLAIN: Look = { color: '#0f766e', title: {}, greeting: {}, show_faces: true }

type Props = { messenger: Messenger | null; onBack: () => void; onCreated: (id: number) => void }

/** One messenger: how to put it on a site, then everything about it, with a picture of what visitors will see. */
export function MessengerPage({ messenger, onBack, onCreated }: Props) {
  const t = useT()
  const client = useQueryClient()
  const language = useLanguage()
  const [look, setLook] = useState<Look>(messenger ?? PLAIN)
  const [shownLanguage, setShownLanguage] = useState(plainTag(messenger?.locale_default ?? language))
  const [wrongOrigins, setWrongOrigins] = useState(false)
  const isNew = messenger === null
  useEffect(() => {
    if (isNew) void firstWords().then((words) => setLook((old) => ({ ...old, title: { ...words.title, ...old.title }, greeting: { ...words.greeting, ...old.greeting } })))
  }, [isNew])

  const save = async (form: FormData) => {
    const origins = parseOrigins(text(form, 'origins'))
    setWrongOrigins(origins === null)
    if (!origins) {
      notify({ text: t('messenger.originsWrong'), tone: 'wrong', seconds: 10 })
      return
    }
    const body = { ...readForm(form), ...trimmed(look), origins }
    if (messenger) await api.patch(`/api/messengers/${messenger.id}`, body)
    const created = messenger ? null : await api.post<Messenger>('/api/messengers', body)
    notify({ text: t(created ? 'messenger.created' : 'state.saved') })
    await client.invalidateQueries({ queryKey: messengersQuery.queryKey })
    if (created) onCreated(created.id)
  }
  return (
    <>
      <Button variant="plain" className="mb-2 -ml-3" onClick={onBack}>
        <ArrowLeft size={16} aria-hidden />
        {t('settings.messengers')}
      </Button>
      <h1 className="mb-6 text-title font-strong break-words">{messenger?.name ?? t('messenger.add')}</h1>
      {messenger && <Install messenger={messenger} />}
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-8 max-[1099px]:grid-cols-1">
        <div className="min-w-0">
          <SettingsForm onSave={save} submit={messenger ? undefined : t('messenger.create')} onCancel={messenger ? undefined : onBack}>
            {(problem) => (
              <>
                <BasicFields messenger={messenger} problem={problem} />
                <LookFields look={look} onLook={setLook} language={shownLanguage} onLanguage={setShownLanguage} defaultLanguage={messenger?.locale_default ?? language} />
                <ConversationFields messenger={messenger} />
                <PrivacyFields messenger={messenger} wrongOrigins={wrongOrigins} />
              </>
            )}
          </SettingsForm>
          {messenger?.can.includes('delete') && <Remove messenger={messenger} onRemoved={onBack} />}
        </div>
        <Preview look={look} language={shownLanguage} messenger={messenger} />
      </div>
    </>
  )
}

/** Something friendly to begin with, in every language we speak. */
async function firstWords(): Promise<Pick<Look, 'title' | 'greeting'>> {
  const all = await Promise.all(LANGUAGES.map(async (language) => [language, await loadStrings(language)] as const))
  const words = (key: 'messenger.sampleTitle' | 'messenger.sampleGreeting') => Object.fromEntries(all.map(([language, strings]) => [language, String(strings[key])]))
  return { title: words('messenger.sampleTitle'), greeting: words('messenger.sampleGreeting') }
}

/** What the form says, without what stands in the preview. Minutes, hours and megabytes become seconds and bytes. */
function readForm(form: FormData) {
  const on = (name: string) => form.get(name) === 'on'
  return {
    name: text(form, 'name'),
    team_id: number(form, 'team'),
    calendar_id: number(form, 'calendar') ?? undefined,
    expect_s: Math.round((number(form, 'expect') ?? 2) * 60),
    patience_s: Math.round((number(form, 'patience') ?? 2) * 60),
    away_patience_s: Math.round((number(form, 'away') ?? 7.4) * 3600),
    locale_default: text(form, 'locale'),
    prechat: prechat(text(form, 'ask.name') as Asked, text(form, 'ask.email') as Asked),
    ask_email_when: text(form, 'ask_when') as AskEmail,
    reply_mailbox_id: number(form, 'mailbox'),
    mail_after_s: number(form, 'mail_after') ?? 60,
    sound: on('sound'),
    require_jwt: on('require_jwt'),
    collect: { pages: on('pages'), device: on('device'), events: on('events'), respect_dnt: on('respect_dnt') },
    max_file_bytes: Math.round((number(form, 'max_file') ?? 10) * 1e6),
    limits: {
      per_visitor_minute: number(form, 'per_visitor') ?? 30,
      per_address_minute: number(form, 'per_address') ?? 120,
      per_inbox_minute: number(form, 'per_inbox') ?? 6000,
    },
  }
}

/** Languages nobody has written anything for are left out. */
function trimmed(look: Look): Look {
  const written = (words: Record<string, string>) => Object.fromEntries(Object.entries(words).flatMap(([name, said]) => (said.trim() ? [[name, said.trim()]] : [])))
  return { color: look.color.toLowerCase(), title: written(look.title), greeting: written(look.greeting), show_faces: look.show_faces }
}

/** Asks, because sites that carry the script show nothing from then on and the secret is gone. */
function Remove({ messenger, onRemoved }: { messenger: Messenger; onRemoved: () => void }) {
  const t = useT()
  const [asking, setAsking] = useState(false)
  const change = useChange([messengersQuery.queryKey])
  const remove = () => change(() => api.delete(`/api/messengers/${messenger.id}`), t('messenger.removed', { name: messenger.name })).then((done) => done && onRemoved())
  return (
    <section className="mt-8 flex flex-wrap items-center gap-3 border-t border-line pt-4">
      <p className="min-w-0 grow text-secondary text-ink-3">{t('messenger.removeText')}</p>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t('messenger.remove')}
      </Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={t('messenger.removeTitle', { name: messenger.name })}>
        <div className="flex flex-col gap-4 px-6 pb-6">
          <p>{t('messenger.removeText')}</p>
          <div className="flex justify-end gap-2">
            <Button variant="plain" onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </Button>
            <Button variant="danger" onClick={() => void remove()}>
              {t('messenger.remove')}
            </Button>
          </div>
        </div>
      </Dialog>
    </section>
  )
}
