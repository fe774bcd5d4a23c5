import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { SettingsForm } from '../../settings/parts'
import { Field, TextArea } from '../../ui/Field'
import { HELP } from '../queries'
import type { SynonymGroups } from '../types'
import { Section } from './CentreSettings'

/** One group a line, words apart by commas. */
export function readGroups(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => [...new Set(line.split(',').map((word) => word.trim()).filter(Boolean))])
    .filter((group) => group.length > 1)
}

/** Words that mean the same to the people who search: for the help centre, the messenger, bots and suggestions. */
export function Synonyms() {
  const t = useT()
  const key = [...HELP, 'synonyms']
  const given = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<SynonymGroups>('/api/search/synonyms', undefined, signal) })
  const [text, setText] = useState<string | null>(null)
  useEffect(() => {
    if (given.data) setText((old) => old ?? (given.data.groups ?? []).map((group) => group.join(', ')).join('\n'))
  }, [given.data])
  if (text === null) return null
  return (
    <Section title={t('synonyms.title')} text={t('synonyms.text')}>
      <SettingsForm onSave={() => api.put('/api/search/synonyms', { groups: readGroups(text) })} touches={[key]}>
        {(problem) => (
          <Field label={t('synonyms.field')} hint={t('synonyms.hint')} error={problem?.errors[0]?.message}>
            {(control) => <TextArea {...control} rows={Math.min(12, Math.max(4, text.split('\n').length + 1))} value={text} placeholder={t('synonyms.placeholder')} onChange={(event) => setText(event.target.value)} />}
          </Field>
        )}
      </SettingsForm>
    </Section>
  )
}
