import { useQuery } from '@tanstack/react-query'
import type { RuleAction } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { botsQuery } from '../../bots/queries'
import { Field, Select, TextArea } from '../../ui/Field'
import { Duration } from './AfterField'

type Props = { actions: RuleAction[]; only: (type: RuleAction['type'] | readonly RuleAction['type'][], make: RuleAction | null) => void }

/** Give it to a bot, or take it from one. */
function BotAction({ actions, only }: Props) {
  const t = useT()
  const bots = useQuery({ ...botsQuery, enabled: useMay('bots.read') }).data ?? []
  const starts = actions.find((action) => action.type === 'start_bot')
  const value = actions.some((action) => action.type === 'hand_over') ? 'hand_over' : starts ? String(starts.bot_id) : ''
  const choose = (how: string) => {
    if (how === 'hand_over') only(['start_bot', 'hand_over'], { type: 'hand_over' })
    else only(['start_bot', 'hand_over'], how ? { type: 'start_bot', bot_id: Number(how) } : null)
  }
  if (bots.length === 0 && value === '') return null
  return (
    <Select aria-label={t('rules.bot')} value={value} onChange={(event) => choose(event.target.value)} className="w-auto! self-start">
      <option value="">{t('rules.bot.stays')}</option>
      {bots.map((bot) => (
        <option key={bot.id} value={bot.id}>
          {t('rules.do.start_bot', { value: bot.name })}
        </option>
      ))}
      <option value="hand_over">{t('rules.do.hand_over')}</option>
    </Select>
  )
}

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
      <BotAction actions={actions} only={only} />
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
