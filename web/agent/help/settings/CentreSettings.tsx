import { useQuery } from '@tanstack/react-query'
import { CircleCheck, Contrast, Plus, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { contrast, palette, parseColor } from '../../../shared/color'
import { api } from '../../api/client'
import { messengersQuery } from '../../api/messenger'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { mailboxesQuery } from '../../settings/mailboxes/queries'
import { PageHead, SettingsForm, useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { Checkbox, Field, Input, Select, TextArea } from '../../ui/Field'
import { Audience, FIRST_SEGMENT } from '../editor/Audience'
import { languageName } from '../names'
import { HELP, publicQuery } from '../queries'
import type { Centre, HelpFile, HomeTexts, PublicSettings, Visibility } from '../types'
import { Domains } from './Domains'
import { COMMON } from './languages'
import { Redirects } from './Redirects'
import { Synonyms } from './Synonyms'

const NO_WORDS: HomeTexts = { title: '', greeting: '', description: '', footer: '' }

/** How a help centre is called, found, worded and coloured, and what it takes part in. */
export default function CentreSettings({ centre }: { centre: Centre }) {
  const t = useT()
  return (
    <div className="mx-auto max-w-[820px]">
      <PageHead title={t('centre.nav')} text={t('centre.text')} />
      <div className="flex flex-col gap-10">
        <Basics key={`basics${centre.id}`} centre={centre} />
        <Domains centre={centre} />
        <Languages centre={centre} />
        <Words key={`words${centre.languages.join()}`} centre={centre} />
        <Look key={`look${centre.id}`} centre={centre} />
        <Meeting centre={centre} />
        <Synonyms />
        <Redirects centre={centre} />
        <NewCentre />
      </div>
    </div>
  )
}

export function Section({ title, text, children }: { title: string; text?: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="font-strong">{title}</h2>
      {text && <p className="mb-3 max-w-[68ch] text-secondary text-ink-3">{text}</p>}
      <div className="mt-2 flex flex-col gap-4">{children}</div>
    </section>
  )
}

function Basics({ centre }: { centre: Centre }) {
  const t = useT()
  const [visibility, setVisibility] = useState(centre.visibility)
  const [condition, setCondition] = useState(centre.condition ?? FIRST_SEGMENT)
  const save = (form: FormData) =>
    api.patch(`/api/help/centres/${centre.id}`, {
      name: String(form.get('name')).trim(),
      slug: String(form.get('slug')).trim(),
      published: form.get('published') === 'on',
      visibility,
      condition: visibility === 'segment' ? condition : null,
    })
  return (
    <Section title={t('centre.basics')}>
      <SettingsForm onSave={save} touches={[HELP]}>
        {(problem) => (
          <>
            <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
              <Field label={t('centre.name')} hint={t('centre.nameHint')} error={problem?.field('name')}>
                {(control) => <Input {...control} name="name" required maxLength={100} defaultValue={centre.name} />}
              </Field>
              <Field label={t('centre.slug')} hint={`/help/${centre.slug}`} error={problem?.field('slug')}>
                {(control) => <Input {...control} name="slug" required maxLength={60} pattern="[a-z0-9]+(-[a-z0-9]+)*" defaultValue={centre.slug} spellCheck={false} />}
              </Field>
            </div>
            <Checkbox name="published" defaultChecked={centre.published} label={t('centre.published')} hint={t('centre.publishedHint')} />
            <Field label={t('articles.visibility')} hint={t(`visibility.${visibility}Hint`)}>
              {(control) => (
                <Select {...control} value={visibility} onChange={(event) => setVisibility(event.target.value as Visibility)} className="max-w-80">
                  {(['public', 'internal', 'segment'] as const).map((one) => (
                    <option key={one} value={one}>
                      {t(`visibility.${one}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            {visibility === 'segment' && <Audience condition={condition} disabled={false} onSave={(next) => setCondition(next as typeof FIRST_SEGMENT)} />}
          </>
        )}
      </SettingsForm>
    </Section>
  )
}

function Languages({ centre }: { centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const change = useChange([HELP])
  const save = (languages: string[]) => void change(() => api.patch(`/api/help/centres/${centre.id}`, { languages }))
  const free = COMMON.filter((tag) => !centre.languages.includes(tag))
  return (
    <Section title={t('centre.languages')} text={t('centre.languagesText')}>
      <ul className="divide-y divide-line rounded-card border border-line">
        {centre.languages.map((tag, index) => (
          <li key={tag} className="flex min-h-11 items-center gap-3 px-4">
            <span className="grow">{languageName(tag, ui)}</span>
            {index === 0 ? (
              <span className="text-secondary text-ink-3">{t('centre.defaultLanguage')}</span>
            ) : (
              <>
                <Button variant="plain" onClick={() => save([tag, ...centre.languages.filter((one) => one !== tag)])}>
                  {t('centre.makeDefault')}
                </Button>
                <IconButton label={t('centre.removeLanguage', { language: languageName(tag, ui) })} onClick={() => save(centre.languages.filter((one) => one !== tag))}>
                  <Trash2 size={15} aria-hidden />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
      <Select aria-label={t('centre.addLanguage')} value="" onChange={(event) => event.target.value && save([...centre.languages, event.target.value])} className="max-w-60">
        <option value="">{t('centre.addLanguage')}</option>
        {free.map((tag) => (
          <option key={tag} value={tag}>
            {languageName(tag, ui)}
          </option>
        ))}
      </Select>
    </Section>
  )
}

function Words({ centre }: { centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const [language, setLanguage] = useState(centre.languages[0]!)
  const [home, setHome] = useState<Record<string, HomeTexts>>(() => Object.fromEntries(centre.languages.map((tag) => [tag, { ...NO_WORDS, ...centre.home[tag] }])))
  const words = home[language] ?? NO_WORDS
  const put = (more: Partial<HomeTexts>) => setHome({ ...home, [language]: { ...words, ...more } })
  return (
    <Section title={t('centre.words')} text={t('centre.wordsText')}>
      {centre.languages.length > 1 && (
        <div role="group" aria-label={t('articles.language')} className="flex flex-wrap gap-1">
          {centre.languages.map((tag) => (
            <button
              key={tag}
              type="button"
              aria-pressed={tag === language}
              onClick={() => setLanguage(tag)}
              className="target rounded-control border border-transparent px-2.5 font-medium text-ink-2 hover:bg-hover aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
            >
              {languageName(tag, ui)}
            </button>
          ))}
        </div>
      )}
      <SettingsForm onSave={() => api.patch(`/api/help/centres/${centre.id}`, { home })} touches={[HELP]}>
        {() => (
          <>
            <Field label={t('centre.homeTitle')}>{(control) => <Input {...control} lang={language} value={words.title} maxLength={500} onChange={(event) => put({ title: event.target.value })} />}</Field>
            <Field label={t('centre.greeting')}>{(control) => <Input {...control} lang={language} value={words.greeting} maxLength={500} onChange={(event) => put({ greeting: event.target.value })} />}</Field>
            <Field label={t('centre.description')} hint={t('centre.descriptionHint')}>
              {(control) => <TextArea {...control} lang={language} rows={2} value={words.description} maxLength={500} onChange={(event) => put({ description: event.target.value })} />}
            </Field>
            <Field label={t('centre.footer')}>{(control) => <Input {...control} lang={language} value={words.footer} maxLength={500} onChange={(event) => put({ footer: event.target.value })} />}</Field>
          </>
        )}
      </SettingsForm>
    </Section>
  )
}

function Look({ centre }: { centre: Centre }) {
  const t = useT()
  const change = useChange([HELP])
  const chooser = useRef<HTMLInputElement>(null)
  const [theme, setTheme] = useState(centre.theme)
  const { fill, onFill } = palette(theme.color, false)
  const isKept = fill.toLowerCase() === theme.color.toLowerCase()
  const ratio = contrast(parseColor(fill), parseColor(onFill)).toFixed(1)
  const upload = (file: File) =>
    change(async () => {
      const form = new FormData()
      form.append('file', file)
      const stored = await api.upload<HelpFile>(`/api/help/files?centre_id=${centre.id}`, form)
      await api.patch(`/api/help/centres/${centre.id}`, { logo_id: stored.id })
    })
  return (
    <Section title={t('centre.look')}>
      <div className="flex flex-wrap items-center gap-3">
        {centre.logo_url ? <img src={centre.logo_url} alt="" height={40} className="h-10 max-w-40 rounded-control border border-line bg-paper object-contain p-1" /> : <span className="text-secondary text-ink-3">{t('centre.noLogo')}</span>}
        <Button onClick={() => chooser.current?.click()}>{t('centre.chooseLogo')}</Button>
        {centre.logo_id && (
          <Button variant="plain" onClick={() => void change(() => api.patch(`/api/help/centres/${centre.id}`, { logo_id: null }))}>
            {t('action.remove')}
          </Button>
        )}
        <input
          ref={chooser}
          type="file"
          hidden
          accept="image/png,image/jpeg,image/webp,image/gif,image/svg+xml"
          aria-label={t('centre.chooseLogo')}
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) void upload(file)
          }}
        />
      </div>
      <SettingsForm onSave={() => api.patch(`/api/help/centres/${centre.id}`, { theme })} touches={[HELP]}>
        {() => (
          <>
            <Field
              label={t('messenger.color')}
              hint={
                <span className="inline-flex items-start gap-1.5">
                  {isKept ? <CircleCheck size={14} className="mt-[3px] shrink-0" aria-hidden /> : <Contrast size={14} className="mt-[3px] shrink-0" aria-hidden />}
                  {t(isKept ? 'centre.colorFine' : 'centre.colorChanged', { ratio, color: fill })}
                </span>
              }
            >
              {(control) => (
                <span className="flex items-center gap-2">
                  <input type="color" aria-label={t('messenger.colorPick')} value={theme.color} onChange={(event) => setTheme({ ...theme, color: event.target.value })} className="h-8 w-12 shrink-0 rounded-control border border-line-strong bg-control p-0.5 pointer-coarse:h-11" />
                  <span className="w-32">
                    <Input {...control} required pattern="#[0-9a-fA-F]{6}" value={theme.color} onChange={(event) => setTheme({ ...theme, color: event.target.value.toLowerCase() })} spellCheck={false} className="tabular" />
                  </span>
                  <span className="inline-flex h-8 items-center rounded-control px-3 font-medium" style={{ background: fill, color: onFill }} aria-hidden>
                    {t('centre.sample')}
                  </span>
                </span>
              )}
            </Field>
            <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
              <Field label={t('look.theme')} hint={t('centre.schemeHint')}>
                {(control) => (
                  <Select {...control} value={theme.scheme} onChange={(event) => setTheme({ ...theme, scheme: event.target.value as typeof theme.scheme })}>
                    <option value="auto">{t('command.system')}</option>
                    <option value="light">{t('command.light')}</option>
                    <option value="dark">{t('command.dark')}</option>
                  </Select>
                )}
              </Field>
              <Field label={t('centre.font')}>
                {(control) => (
                  <Select {...control} value={theme.font} onChange={(event) => setTheme({ ...theme, font: event.target.value as typeof theme.font })}>
                    <option value="system">{t('centre.fontSans')}</option>
                    <option value="serif">{t('centre.fontSerif')}</option>
                  </Select>
                )}
              </Field>
            </div>
            <Field label={t('centre.homeUrl')} hint={t('centre.homeUrlHint')}>
              {(control) => <Input {...control} type="url" placeholder="https://" value={theme.home_url} maxLength={500} onChange={(event) => setTheme({ ...theme, home_url: event.target.value })} />}
            </Field>
          </>
        )}
      </SettingsForm>
    </Section>
  )
}

/** What readers meet beside the articles, and what is measured of them. */
function Meeting({ centre }: { centre: Centre }) {
  const t = useT()
  const change = useChange([[...HELP, 'public', centre.id]])
  const maySee = useMay('mailboxes.read')
  const messengers = useQuery({ ...messengersQuery, enabled: maySee }).data ?? []
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: maySee }).data ?? []
  const settings = useQuery(publicQuery(centre.id)).data
  if (!settings) return null
  const patch = (more: Partial<PublicSettings>) => void change(() => api.patch(`/api/help/centres/${centre.id}/public`, more))
  return (
    <Section title={t('centre.meeting')} text={t('centre.meetingText')}>
      <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
        <Field label={t('centre.messenger')} hint={t('centre.messengerHint')}>
          {(control) => (
            <Select {...control} value={settings.messenger_id ?? ''} onChange={(event) => patch({ messenger_id: event.target.value === '' ? null : Number(event.target.value) })}>
              <option value="">{t('centre.none')}</option>
              {messengers.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('centre.mailbox')} hint={t('centre.mailboxHint')}>
          {(control) => (
            <Select {...control} value={settings.mailbox_id ?? ''} onChange={(event) => patch({ mailbox_id: event.target.value === '' ? null : Number(event.target.value) })}>
              <option value="">{t('centre.none')}</option>
              {mailboxes.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <div>
        <Checkbox label={t('centre.indexed')} checked={settings.indexed} onChange={(event) => patch({ indexed: event.target.checked })} />
        <Checkbox label={t('centre.measure')} hint={t('centre.measureHint')} checked={settings.measure} onChange={(event) => patch({ measure: event.target.checked })} />
        <Checkbox label={t('centre.dnt')} checked={settings.respect_dnt} disabled={!settings.measure} onChange={(event) => patch({ respect_dnt: event.target.checked })} />
      </div>
      <Field label={t('centre.holdout')} hint={t('centre.holdoutHint')}>
        {(control) => (
          <Select {...control} value={settings.holdout_percent} onChange={(event) => patch({ holdout_percent: Number(event.target.value) })} className="max-w-40">
            {[...new Set([0, 1, 2, 5, 10, 20, settings.holdout_percent])].toSorted((a, b) => a - b).map((one) => (
              <option key={one} value={one}>
                {one} %
              </option>
            ))}
          </Select>
        )}
      </Field>
    </Section>
  )
}

function NewCentre() {
  const t = useT()
  const change = useChange([HELP])
  const add = async (form: FormData) => {
    const name = String(form.get('name') ?? '').trim()
    if (name) await change(() => api.post('/api/help/centres', { name }), t('centre.made', { name }))
  }
  return (
    <Section title={t('centre.another')} text={t('centre.anotherText')}>
      <form action={add} className="flex gap-2">
        <Input name="name" aria-label={t('centre.name')} placeholder={t('centre.name')} required maxLength={100} className="max-w-80" />
        <Button type="submit">
          <Plus size={16} aria-hidden />
          {t('centre.add')}
        </Button>
      </form>
    </Section>
  )
}
