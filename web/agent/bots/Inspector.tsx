import { Copy, Trash2 } from 'lucide-react'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Field, Select, TextArea } from '../ui/Field'
import { BlockFields } from './BlockFields'
import { BLOCK_TYPES, blocksOf, connect, exits } from './flow'
import { BLOCK_ICONS } from './icons'
import { blockName, portName } from './names'
import type { Block, BlockType, Flow, FlowProblem } from './types'

type Props = {
  flow: Flow
  block: Block
  problems: readonly FlowProblem[]
  onChange: (block: Block) => void
  onFlow: (change: (flow: Flow) => Flow) => void
  onAdd: (type: BlockType, port: string) => void
  onCopy: () => void
  onRemove: () => void
}

/** Everything about one block: what it says and does, where it leads, and what is wrong with it. */
export function Inspector({ flow, block, problems, onChange, onFlow, onAdd, onCopy, onRemove }: Props) {
  const t = useT()
  const Icon = BLOCK_ICONS[block.type]
  return (
    <div className="flex flex-col gap-4">
      <h2 className="flex items-center gap-2 font-strong">
        <Icon size={16} aria-hidden />
        {t(`bots.block.${block.type}`)}
      </h2>
      <p className="-mt-3 text-secondary text-ink-3">{t(`bots.about.${block.type}`)}</p>
      {problems.length > 0 && (
        <ul aria-label={t('bots.problems')} className="flex flex-col gap-1">
          {problems.map((problem) => (
            <li key={`${problem.code}${problem.port ?? ''}`} className={`text-secondary ${problem.level === 'error' ? 'text-wrong' : 'text-ink-2'}`}>
              {problem.message}
            </li>
          ))}
        </ul>
      )}
      <BlockFields key={block.id} block={block} language={flow.language} onChange={onChange} />
      {exits(block, flow.language).map(({ port, to, label }) => (
        <Field key={port} label={t('bots.leadsTo', { name: portName(block, port, label, t) })} hint={to === null && port !== 'next' ? t(port === 'accepted' ? 'bots.leadsAccepted' : 'bots.leadsNowhere') : undefined}>
          {(control) => (
            <Select
              {...control}
              value={to ?? ''}
              onChange={(event) => {
                const chosen = event.target.value
                if (chosen.startsWith('new:')) onAdd(chosen.slice(4) as BlockType, port)
                else onFlow((now) => connect(now, block.id, port, chosen || null))
              }}
            >
              <option value="">{t('bots.nowhere')}</option>
              <optgroup label={t('bots.existing')}>
                {blocksOf(flow)
                  .filter((one) => one.id !== block.id && one.type !== 'start')
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {blockName(one, t, flow.language)}
                    </option>
                  ))}
              </optgroup>
              <optgroup label={t('bots.newBlock')}>
                {BLOCK_TYPES.filter((type) => type !== 'start').map((type) => (
                  <option key={type} value={`new:${type}`}>
                    {t(`bots.block.${type}`)}
                  </option>
                ))}
              </optgroup>
            </Select>
          )}
        </Field>
      ))}
      <Field label={t('bots.note')} hint={t('bots.noteHint')}>
        {(control) => <TextArea {...control} rows={2} maxLength={500} value={block.note ?? ''} onChange={(event) => onChange({ ...block, note: event.target.value })} />}
      </Field>
      <div className="flex gap-2">
        <Button onClick={onCopy}>
          <Copy size={14} aria-hidden />
          {t('bots.copy')}
        </Button>
        <Button variant="danger" onClick={onRemove}>
          <Trash2 size={14} aria-hidden />
          {t('bots.remove')}
        </Button>
      </div>
    </div>
  )
}
