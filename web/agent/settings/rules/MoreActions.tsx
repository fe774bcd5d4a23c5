import type { RuleAction } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { Field, Select, TextArea } from '../../ui/Field'
import { Duration } from './AfterField'

type Props = { actions: RuleAction[]; only: (type: RuleAction['type'], make: RuleAction | null) => void }

/** End it or put it off, and tell somebody. */
export function MoreActions({ actions, only }: Props) {
  const t = useT()
  const { agents } = useDirectory()
  const snooze = actions.find((action) => action.type === 'snooze')
  const note = actions.find((action) => action.type === 'note')
  const ends = actions.some((action) => action.type === 'resolve') ? 'resolve' : snooze ? 'snooze' : ''
  const choose = (how: string) => {
    only(how === 'snooze' ? 'resolve' : 'snooze', null)
    if (how === 'resolve') only('resolve', { type: 'resolve' })
    else if (how === 'snooze') only('snooze', { type: 'snooze', for_s: 86_400 })
    else only(ends === 'resolve' ? 'resolve' : 'snooze', null)
  }
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Select aria-label={t('rules.ends')} value={ends} onChange={(event) => choose(event.target.value)} className="w-auto!">
          <option value="">{t('rules.stays')}</option>
          <option value="resolve">{t('rules.do.resolve')}</option>
          <option value="snooze">{t('rules.do.snooze', { value: '…' })}</option>
        </Select>
        {snooze && <Duration control={{ 'aria-label': t('rules.do.snooze', { value: '…' }) }} seconds={snooze.for_s} onSeconds={(for_s) => only('snooze', { type: 'snooze', for_s })} />}
      </div>
      <Field label={t('rules.note')} hint={t('rules.noteHint')}>
        {(control) => (
          <TextArea {...control} rows={2} maxLength={4000} value={note?.text ?? ''} onChange={(event) => only('note', event.target.value.trim() ? { type: 'note', text: event.target.value, mentions: note?.mentions ?? [] } : null)} />
        )}
      </Field>
      {note && (
        <Select aria-label={t('rules.mention')} value={note.mentions?.[0] ?? ''} onChange={(event) => only('note', { ...note, mentions: event.target.value ? [Number(event.target.value)] : [] })} className="w-auto! self-start">
          <option value="">{t('rules.nobody')}</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {t('rules.tell', { value: agent.name })}
            </option>
          ))}
        </Select>
      )}
    </>
  )
}
