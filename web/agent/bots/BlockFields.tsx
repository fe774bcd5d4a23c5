import { type Key, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { ArticleChoice } from './ArticleChoice'
import { Duration } from '../settings/rules/AfterField'
import { Checkbox, Field, Input, Select } from '../ui/Field'
import { AttributeField, freshPart, Rows } from './Rows'
import { SetFields } from './SetFields'
import { TriggerFields } from './TriggerFields'
import type { Block, BlockOf, Words } from './types'
import { WebhookFields } from './WebhookFields'
import { WhenField } from './WhenField'
import { WordsField } from './WordsField'

type Props<B extends Block = Block> = { block: B; language: string; onChange: (block: Block) => void }

/** The fields of a block by its kind. */
export function BlockFields({ block, language, onChange }: Props) {
  const t = useT()
  const words = (text: Words, label: Key, hint?: Key) => (
    <WordsField label={t(label)} hint={hint && t(hint)} words={text} language={language} onChange={(next) => onChange({ ...block, text: next } as Block)} />
  )
  switch (block.type) {
    case 'start':
      return <TriggerFields block={block} onChange={onChange} />
    case 'message':
      return words(block.text, 'bots.says', 'bots.variables')
    case 'buttons':
      return (
        <>
          {words(block.text, 'bots.asks', 'bots.variables')}
          <ButtonList block={block} language={language} onChange={onChange} />
        </>
      )
    case 'ask':
      return (
        <>
          {words(block.text, 'bots.asks', 'bots.variables')}
          <AskFields block={block} language={language} onChange={onChange} />
        </>
      )
    case 'condition':
      return <Branches block={block} onChange={onChange} />
    case 'answer':
      return (
        <>
          {words(block.text ?? {}, 'bots.asksFirst', 'bots.asksFirstHint')}
          <AnswerFields block={block} onChange={onChange} />
        </>
      )
    case 'article':
      return (
        <>
          <ArticleChoice id={block.article_id} language={language} onChange={(article_id) => onChange({ ...block, article_id })} />
          {words(block.text ?? {}, 'bots.saysBefore')}
        </>
      )
    case 'webhook':
      return <WebhookFields block={block} onChange={onChange} />
    case 'set':
      return <SetFields block={block} onChange={onChange} />
    case 'wait':
      return (
        <Field label={t('bots.waits')}>
          {(control) => (
            <div className="flex gap-2">
              <Duration control={control} seconds={block.seconds} onSeconds={(seconds) => onChange({ ...block, seconds })} />
            </div>
          )}
        </Field>
      )
    case 'hand_over':
      return (
        <>
          {words(block.text ?? {}, 'bots.saysBefore')}
          <TeamChoice id={block.team_id ?? null} onChange={(team_id) => onChange({ ...block, team_id })} />
        </>
      )
    case 'resolve':
      return (
        <>
          {words(block.text ?? {}, 'bots.says')}
          <Checkbox label={t('bots.accepted')} hint={t('bots.acceptedHint')} checked={block.accepted} onChange={(event) => onChange({ ...block, accepted: event.target.checked })} />
        </>
      )
    case 'survey':
      return (
        <>
          {words(block.text, 'bots.asks')}
          <AttributeField value={block.attribute ?? ''} onChange={(attribute) => onChange({ ...block, attribute })} />
        </>
      )
  }
}

function TeamChoice({ id, onChange }: { id: number | null; onChange: (id: number | null) => void }) {
  const t = useT()
  const { teams } = useDirectory()
  return (
    <Field label={t('filter.team')}>
      {(control) => (
        <Select {...control} value={id ?? ''} onChange={(event) => onChange(event.target.value ? Number(event.target.value) : null)}>
          <option value="">{t('bots.usualTeam')}</option>
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

function ButtonList({ block, language, onChange }: Props<BlockOf<'buttons'>>) {
  const t = useT()
  return (
    <Rows
      label={t('bots.buttons')}
      add={t('bots.addButton')}
      items={block.buttons}
      most={10}
      make={() => ({ id: freshPart(block.id, block.buttons), label: { [language]: '' }, next: null })}
      onChange={(buttons) => onChange({ ...block, buttons })}
      keyOf={(button) => button.id}
      renderRow={(button, set) => <WordsField label={t('bots.buttonLabel')} words={button.label} language={language} rows={1} onChange={(label) => set({ ...button, label })} />}
    />
  )
}

const KINDS = ['text', 'email', 'number', 'date', 'choice', 'file'] as const

function AskFields({ block, language, onChange }: Props<BlockOf<'ask'>>) {
  const t = useT()
  const bound = block.kind === 'number' || block.kind === 'date'
  return (
    <>
      <Field label={t('bots.askKind')} hint={t('bots.askKindHint')}>
        {(control) => (
          <Select {...control} value={block.kind} onChange={(event) => onChange({ ...block, kind: event.target.value as (typeof KINDS)[number], least: null, most: null })}>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`bots.kind.${kind}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {bound && (
        <div className="grid grid-cols-2 gap-2">
          {(['least', 'most'] as const).map((name) => (
            <Field key={name} label={t(`bots.${name}`)}>
              {(control) => <Input {...control} type={block.kind === 'date' ? 'date' : 'number'} value={block[name] ?? ''} onChange={(event) => onChange({ ...block, [name]: event.target.value || null })} />}
            </Field>
          ))}
        </div>
      )}
      {block.kind === 'choice' && (
        <Rows
          label={t('bots.choices')}
          add={t('bots.addChoice')}
          items={block.choices ?? []}
          most={20}
          make={() => ({ value: freshPart('choice', (block.choices ?? []).map((one) => ({ id: one.value }))), label: { [language]: '' } })}
          onChange={(choices) => onChange({ ...block, choices })}
          renderRow={(choice, set) => (
            <div className="flex flex-col gap-1">
              <Input aria-label={t('bots.choiceValue')} value={choice.value} maxLength={80} onChange={(event) => set({ ...choice, value: event.target.value })} />
              <WordsField label={t('bots.buttonLabel')} words={choice.label} language={language} rows={1} onChange={(label) => set({ ...choice, label })} />
            </div>
          )}
        />
      )}
      <AttributeField value={block.attribute} onChange={(attribute) => onChange({ ...block, attribute })} />
    </>
  )
}

function Branches({ block, onChange }: { block: BlockOf<'condition'>; onChange: (block: Block) => void }) {
  const t = useT()
  return (
    <Rows
      label={t('bots.branchList')}
      add={t('bots.addBranch')}
      items={block.branches}
      most={10}
      make={() => ({ id: freshPart(block.id, block.branches), when: { field: 'channel_open', op: 'is', value: true }, label: '', next: null })}
      onChange={(branches) => onChange({ ...block, branches })}
      keyOf={(branch) => branch.id}
      renderRow={(branch, set) => (
        <div className="flex flex-col gap-1.5 rounded-control border border-line p-2">
          <Input aria-label={t('bots.branchName')} placeholder={t('bots.branchName')} maxLength={80} value={branch.label} onChange={(event) => set({ ...branch, label: event.target.value })} />
          <WhenField when={branch.when} onChange={(when) => set({ ...branch, when })} />
        </div>
      )}
    />
  )
}

function AnswerFields({ block, onChange }: { block: BlockOf<'answer'>; onChange: (block: Block) => void }) {
  const t = useT()
  const confidence = block.confidence ?? null
  return (
    <>
      <Field label={t('bots.words')} hint={t(block.words === 'model' ? 'bots.wordsModelHint' : 'bots.wordsArticleHint')}>
        {(control) => (
          <Select {...control} value={block.words} onChange={(event) => onChange({ ...block, words: event.target.value as 'article' | 'model' })}>
            <option value="article">{t('bots.words.article')}</option>
            <option value="model">{t('bots.words.model')}</option>
          </Select>
        )}
      </Field>
      <Field label={t('bots.confidence')} hint={t('bots.confidenceHint')}>
        {(control) => (
          <Select {...control} value={confidence === null ? '' : String(confidence)} onChange={(event) => onChange({ ...block, confidence: event.target.value === '' ? null : Number(event.target.value) })}>
            <option value="">{t('bots.calibrated')}</option>
            {[0.5, 0.6, 0.7, 0.8, 0.9].map((share) => (
              <option key={share} value={String(share)}>
                {Math.round(share * 100)} %
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('bots.tries')}>
        {(control) => (
          <Select {...control} value={block.tries} onChange={(event) => onChange({ ...block, tries: Number(event.target.value) })}>
            <option value={1}>1</option>
            <option value={2}>2</option>
          </Select>
        )}
      </Field>
    </>
  )
}
