import { useT } from '../app/i18n'
import { Duration } from '../settings/rules/AfterField'
import { Field, Input, Select } from '../ui/Field'
import type { Block, BlockOf } from './types'

type On = BlockOf<'start'>['on']
const TRIGGERS = ['new_conversation', 'page', 'event', 'keyword', 'outside_hours', 'no_answer'] as const

/** What starts the bot. */
export function TriggerFields({ block, onChange }: { block: BlockOf<'start'>; onChange: (block: Block) => void }) {
  const t = useT()
  const { on } = block
  const set = (next: On) => onChange({ ...block, on: next })
  return (
    <>
      <Field label={t('bots.trigger')} hint={t(`bots.onText.${on.type}`)}>
        {(control) => (
          <Select {...control} value={on.type} onChange={(event) => set(blankTrigger(event.target.value as On['type']))}>
            {TRIGGERS.map((type) => (
              <option key={type} value={type}>
                {t(`bots.on.${type}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {on.type === 'page' && (
        <>
          <Field label={t('bots.pageUrl')} hint={t('bots.pageUrlHint')}>
            {(control) => <Input {...control} value={on.url} maxLength={500} onChange={(event) => set({ ...on, url: event.target.value })} />}
          </Field>
          <Field label={t('bots.pageAfter')}>
            {(control) => <Input {...control} type="number" min={0} max={3600} value={on.after_s} onChange={(event) => set({ ...on, after_s: Math.min(3600, Math.max(0, Number(event.target.value))) })} />}
          </Field>
        </>
      )}
      {on.type === 'event' && (
        <Field label={t('bots.eventName')}>{(control) => <Input {...control} value={on.name} maxLength={100} onChange={(event) => set({ ...on, name: event.target.value })} />}</Field>
      )}
      {on.type === 'keyword' && (
        <Field label={t('bots.keywords')} hint={t('bots.keywordsHint')}>
          {(control) => (
            <Input
              {...control}
              key={block.id}
              defaultValue={on.words.join(', ')}
              onChange={(event) => set({ ...on, words: event.target.value.split(',').map((word) => word.trim()).filter(Boolean).slice(0, 50) })}
            />
          )}
        </Field>
      )}
      {on.type === 'no_answer' && (
        <Field label={t('bots.waits')}>
          {(control) => (
            <div className="flex gap-2">
              <Duration control={control} seconds={on.after_s} onSeconds={(after_s) => set({ ...on, after_s })} />
            </div>
          )}
        </Field>
      )}
    </>
  )
}

function blankTrigger(type: On['type']): On {
  switch (type) {
    case 'page':
      return { type, url: '*', after_s: 10 }
    case 'event':
      return { type, name: 'payment_failed' }
    case 'keyword':
      return { type, words: ['refund'] }
    case 'no_answer':
      return { type, after_s: 300 }
    default:
      return { type }
  }
}
