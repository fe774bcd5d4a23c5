import { useState } from 'react'
import { useT } from '../app/i18n'
import { Field, Select, TextArea } from '../ui/Field'
import type { Words } from './types'

export const LANGUAGES = ['en', 'it', 'ko'] as const

type Props = { label: string; hint?: string; words: Words; language: string; rows?: number; onChange: (words: Words) => void }

/** A text in several languages: one at a time, those that are still missing are marked. */
export function WordsField({ label, hint, words, language, rows = 3, onChange }: Props) {
  const t = useT()
  const known = [...new Set([language, ...LANGUAGES, ...Object.keys(words)])]
  const [shown, setShown] = useState(language)
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <div className="relative">
          <TextArea
            {...control}
            rows={rows}
            maxLength={2000}
            lang={shown}
            value={words[shown] ?? ''}
            onChange={(event) => onChange(clean({ ...words, [shown]: event.target.value }, language))}
          />
          <Select aria-label={t('bots.languageOf', { name: label })} value={shown} onChange={(event) => setShown(event.target.value)} className="absolute right-0 bottom-full mb-0.5 h-7! w-auto! text-secondary pointer-coarse:static pointer-coarse:mt-1 pointer-coarse:h-11!">
            {known.map((one) => (
              <option key={one} value={one}>
                {one}
                {words[one] ? '' : ` · ${t('bots.missing')}`}
              </option>
            ))}
          </Select>
        </div>
      )}
    </Field>
  )
}

/** Empty texts of other languages are none. */
function clean(words: Words, language: string): Words {
  return Object.fromEntries(Object.entries(words).filter(([key, text]) => key === language || text !== ''))
}
