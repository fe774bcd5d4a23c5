import { type Key, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { Input, Select } from '../ui/Field'
import { AttributeField, Rows } from './Rows'
import type { Block, BlockOf } from './types'

type Setting = BlockOf<'set'>['actions'][number]
const KINDS = ['tags', 'severity', 'team', 'topic', 'attribute'] as const

/** What the bot sets on the conversation by the way. */
export function SetFields({ block, onChange }: { block: BlockOf<'set'>; onChange: (block: Block) => void }) {
  const t = useT()
  const { tags, teams, topics } = useDirectory()
  const blank = (type: Setting['type']): Setting => {
    switch (type) {
      case 'tags':
        return { type, add: tags[0] ? [tags[0].id] : [], remove: [] }
      case 'severity':
        return { type, value: 2 }
      case 'team':
        return { type, team_id: teams[0]?.id ?? 0 }
      case 'topic':
        return { type, topic_id: topics[0]?.id ?? 0 }
      case 'attribute':
        return { type, attribute: 'conversation.answer', value: '' }
    }
  }
  return (
    <Rows
      label={t('bots.sets')}
      add={t('bots.addSetting')}
      items={block.actions}
      most={10}
      make={() => blank('severity')}
      onChange={(actions) => onChange({ ...block, actions })}
      renderRow={(action, set) => (
        <div className="flex flex-col gap-1.5 rounded-control border border-line p-2">
          <Select aria-label={t('bots.sets')} value={action.type} onChange={(event) => set(blank(event.target.value as Setting['type']))}>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`bots.set.${kind}`)}
              </option>
            ))}
          </Select>
          {action.type === 'severity' && (
            <Select aria-label={t('rules.value')} value={action.value} onChange={(event) => set({ ...action, value: Number(event.target.value) })}>
              {[0, 1, 2, 3].map((level) => (
                <option key={level} value={level}>
                  {t(`severity.${level}` as Key)}
                </option>
              ))}
            </Select>
          )}
          {action.type === 'tags' && <Choice items={tags} value={action.add?.[0]} onChange={(id) => set({ ...action, add: [id] })} />}
          {action.type === 'team' && <Choice items={teams} value={action.team_id} onChange={(team_id) => set({ ...action, team_id })} />}
          {action.type === 'topic' && <Choice items={topics} value={action.topic_id} onChange={(topic_id) => set({ ...action, topic_id })} />}
          {action.type === 'attribute' && (
            <>
              <AttributeField value={action.attribute} onChange={(attribute) => set({ ...action, attribute })} />
              <Input aria-label={t('rules.value')} value={action.value} maxLength={500} onChange={(event) => set({ ...action, value: event.target.value })} />
            </>
          )}
        </div>
      )}
    />
  )
}

function Choice({ items, value, onChange }: { items: readonly { id: number; name: string }[]; value: number | undefined; onChange: (id: number) => void }) {
  const t = useT()
  return (
    <Select aria-label={t('rules.value')} value={value ?? ''} onChange={(event) => onChange(Number(event.target.value))}>
      <option value="" disabled>
        …
      </option>
      {items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
    </Select>
  )
}
