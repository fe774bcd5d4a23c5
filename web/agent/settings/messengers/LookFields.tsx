import { CircleCheck, Contrast } from 'lucide-react'
import { contrast, palette, parseColor } from '../../../shared/color'
import { isLanguage, LANGUAGES } from '../../../shared/i18n'
import type { Messenger } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { Checkbox, Field, Input, Select, TextArea } from '../../ui/Field'
import { Section } from './Section'

export type Look = Pick<Messenger, 'color' | 'title' | 'greeting' | 'show_faces'>

type Props = { look: Look; onLook: (look: Look) => void; language: string; onLanguage: (language: string) => void; defaultLanguage: string }

/** The tone is the widget's own ("it-formal" says Lei); what one writes here has a language only. */
export function plainTag(tag: string): string {
  return tag.replace(/-formal$/, '')
}

/** What visitors see: words per language, colour, faces. */
export function LookFields({ look, onLook, language, onLanguage, defaultLanguage }: Props) {
  const t = useT()
  const languages = [...new Set([...LANGUAGES, plainTag(defaultLanguage), ...Object.keys(look.title), ...Object.keys(look.greeting)])]
  const defaults = languages.flatMap((tag) => (tag === 'it' ? [tag, 'it-formal'] : [tag]))
  const name = (tag: string) => (tag === 'it-formal' ? t('messenger.italianFormal') : isLanguage(tag) ? t(`language.${tag}`) : tag)
  const words = (field: 'title' | 'greeting', said: string) => onLook({ ...look, [field]: { ...look[field], [language]: said } })
  return (
    <Section title={t('messenger.look')}>
      <div role="group" aria-label={t('messenger.wordsIn')} className="flex flex-wrap gap-1">
        {languages.map((tag) => (
          <button
            key={tag}
            type="button"
            aria-pressed={tag === language}
            onClick={() => onLanguage(tag)}
            className="target rounded-control border border-transparent px-2.5 font-medium text-ink-2 hover:bg-hover aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
          >
            {name(tag)}
          </button>
        ))}
      </div>
      <Field label={t('messenger.title')} hint={t('messenger.titleHint')}>
        {(control) => <Input {...control} lang={language} maxLength={300} value={look.title[language] ?? ''} onChange={(event) => words('title', event.target.value)} />}
      </Field>
      <Field label={t('messenger.greeting')}>
        {(control) => <TextArea {...control} lang={language} rows={2} maxLength={300} value={look.greeting[language] ?? ''} onChange={(event) => words('greeting', event.target.value)} />}
      </Field>
      <Field label={t('messenger.defaultLanguage')} hint={t('messenger.defaultLanguageHint')}>
        {(control) => (
          <Select {...control} name="locale" defaultValue={defaultLanguage}>
            {defaults.map((tag) => (
              <option key={tag} value={tag}>
                {name(tag)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <ColorField color={look.color} onColor={(color) => onLook({ ...look, color })} />
      <Checkbox label={t('messenger.faces')} hint={t('messenger.facesHint')} checked={look.show_faces} onChange={(event) => onLook({ ...look, show_faces: event.target.checked })} />
    </Section>
  )
}

/** The colour, by eye or by number, and whether it can be read: where it cannot, the messenger uses its nearest neighbour. */
function ColorField({ color, onColor }: { color: string; onColor: (color: string) => void }) {
  const t = useT()
  const { fill, onFill } = palette(color, false)
  const isKept = fill.toLowerCase() === color.toLowerCase()
  const ratio = contrast(parseColor(fill), parseColor(onFill)).toFixed(1)
  const Icon = isKept ? CircleCheck : Contrast
  return (
    <Field
      label={t('messenger.color')}
      hint={
        <span className="inline-flex items-start gap-1.5">
          <Icon size={14} className="mt-[3px] shrink-0" aria-hidden />
          {t(isKept ? 'messenger.colorFine' : 'messenger.colorChanged', { ratio, color: fill })}
        </span>
      }
    >
      {(control) => (
        <span className="flex gap-2">
          <input
            type="color"
            aria-label={t('messenger.colorPick')}
            value={/^#[0-9a-f]{6}$/i.test(color) ? color : '#0f766e'}
            onChange={(event) => onColor(event.target.value)}
            className="h-8 w-12 shrink-0 rounded-control border border-line-strong bg-control p-0.5 pointer-coarse:h-11"
          />
          <span className="w-32">
            <Input {...control} required pattern="#[0-9a-fA-F]{6}" value={color} onChange={(event) => onColor(event.target.value)} spellCheck={false} className="tabular" />
          </span>
        </span>
      )}
    </Field>
  )
}
