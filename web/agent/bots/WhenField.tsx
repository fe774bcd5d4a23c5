import { useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { Input, Select } from '../ui/Field'

type When = Record<string, unknown>
const FIELDS = ['channel_open', 'language', 'answer', 'contact', 'conversation', 'vip', 'plan', 'tag', 'intent', 'sentiment'] as const
type FieldName = (typeof FIELDS)[number]

/** One test of a branch. What was made through the API and is deeper than one test is shown as it is. */
export function WhenField({ when, onChange }: { when: When; onChange: (when: When) => void }) {
  const t = useT()
  const { tags } = useDirectory()
  const name = nameOf(when)
  if (name === null) return <code className="block overflow-x-auto rounded-control bg-panel p-2 text-[12px]">{JSON.stringify(when)}</code>
  const value = String(when.value ?? '')
  const set = (patch: When) => onChange({ ...when, ...patch })
  return (
    <div className="flex flex-wrap gap-1.5">
      <Select aria-label={t('bots.when')} value={name} onChange={(event) => onChange(BLANK[event.target.value as FieldName])} className="w-auto!">
        {FIELDS.map((field) => (
          <option key={field} value={field}>
            {t(`bots.when.${field}`)}
          </option>
        ))}
      </Select>
      {(name === 'contact' || name === 'conversation') && (
        <Input aria-label={t('bots.attributeName')} value={String(when.field).split('.')[1] ?? ''} onChange={(event) => set({ field: `${name}.${event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, '_')}` })} className="w-32!" />
      )}
      {(name === 'contact' || name === 'conversation' || name === 'answer') && (
        <Select aria-label={t('bots.how')} value={String(when.op)} onChange={(event) => set({ op: event.target.value })} className="w-auto!">
          {(name === 'answer' ? (['contains', 'is'] as const) : (['is', 'is_not', 'contains', 'known', 'unknown', 'at_least', 'at_most'] as const)).map((op) => (
            <option key={op} value={op}>
              {t(`bots.op.${op}`)}
            </option>
          ))}
        </Select>
      )}
      {name === 'channel_open' || name === 'vip' ? (
        <Select aria-label={t('rules.value')} value={value} onChange={(event) => set({ value: event.target.value === 'true' })} className="w-auto!">
          <option value="true">{t('test.yes')}</option>
          <option value="false">{t('test.no')}</option>
        </Select>
      ) : name === 'tag' ? (
        <Select aria-label={t('rules.value')} value={value} onChange={(event) => set({ value: Number(event.target.value) })} className="w-auto!">
          {tags.map((tag) => (
            <option key={tag.id} value={tag.id}>
              {tag.name}
            </option>
          ))}
        </Select>
      ) : name === 'sentiment' ? (
        <Select aria-label={t('rules.value')} value={value} onChange={(event) => set({ value: event.target.value })} className="w-auto!">
          {(['negative', 'neutral', 'positive'] as const).map((one) => (
            <option key={one} value={one}>
              {t(`bots.sentiment.${one}`)}
            </option>
          ))}
        </Select>
      ) : when.op === 'known' || when.op === 'unknown' ? null : (
        <Input aria-label={t('rules.value')} value={value} onChange={(event) => set({ value: event.target.value })} className="w-32!" />
      )}
    </div>
  )
}

const BLANK: Record<FieldName, When> = {
  channel_open: { field: 'channel_open', op: 'is', value: true },
  language: { field: 'language', op: 'is', value: 'en' },
  answer: { field: 'answer', op: 'contains', value: '' },
  contact: { field: 'contact.email', op: 'known' },
  conversation: { field: 'conversation.answer', op: 'is', value: '' },
  vip: { field: 'vip', op: 'is', value: true },
  plan: { field: 'plan', op: 'is', value: '' },
  tag: { field: 'tag', op: 'has', value: 0 },
  intent: { field: 'understanding.intent', op: 'is', value: '' },
  sentiment: { field: 'understanding.sentiment', op: 'is', value: 'negative' },
}

function nameOf(when: When): FieldName | null {
  const field = when.field
  if (typeof field !== 'string') return null
  if (field.startsWith('understanding.')) return field === 'understanding.intent' ? 'intent' : field === 'understanding.sentiment' ? 'sentiment' : null
  const first = field.split('.')[0]!
  return FIELDS.find((one) => one === first) ?? null
}
