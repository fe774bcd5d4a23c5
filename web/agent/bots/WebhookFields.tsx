import { useT } from '../app/i18n'
import { Field, Input, Select } from '../ui/Field'
import { AttributeField, Rows } from './Rows'
import type { Block, BlockOf } from './types'

type Pair = [name: string, value: string]

/** A server of ours that is asked. Secrets are shown as dots and stay when they are left so. */
export function WebhookFields({ block, onChange }: { block: BlockOf<'webhook'>; onChange: (block: Block) => void }) {
  const t = useT()
  const pairs = (label: string, add: string, value: Record<string, string> | undefined, most: number, set: (value: Record<string, string>) => void) => (
    <Rows<Pair>
      label={label}
      add={add}
      items={Object.entries(value ?? {})}
      most={most}
      make={() => [`x_${Object.keys(value ?? {}).length + 1}`, '']}
      onChange={(items) => set(Object.fromEntries(items))}
      renderRow={([name, text], put) => (
        <div className="flex gap-1.5">
          <Input aria-label={t('bots.name')} defaultValue={name} maxLength={80} onBlur={(event) => event.target.value && put([event.target.value, text])} className="w-28!" />
          <Input aria-label={t('rules.value')} value={text} maxLength={1000} onChange={(event) => put([name, event.target.value])} />
        </div>
      )}
    />
  )
  return (
    <>
      <Field label={t('bots.url')} hint={t('bots.urlHint')}>
        {(control) => <Input {...control} type="url" value={block.url} maxLength={1000} onChange={(event) => onChange({ ...block, url: event.target.value })} />}
      </Field>
      <div className="grid grid-cols-2 gap-2">
        <Field label={t('bots.method')}>
          {(control) => (
            <Select {...control} value={block.method} onChange={(event) => onChange({ ...block, method: event.target.value as 'GET' | 'POST' })}>
              <option>POST</option>
              <option>GET</option>
            </Select>
          )}
        </Field>
        <Field label={t('bots.timeout')}>
          {(control) => <Input {...control} type="number" min={1} max={15} value={block.timeout_s} onChange={(event) => onChange({ ...block, timeout_s: Math.min(15, Math.max(1, Number(event.target.value))) })} />}
        </Field>
      </div>
      {block.method === 'POST' && pairs(t('bots.body'), t('bots.addField'), block.body, 30, (body) => onChange({ ...block, body }))}
      {pairs(t('bots.headers'), t('bots.addField'), block.headers, 10, (headers) => onChange({ ...block, headers }))}
      {pairs(t('bots.secrets'), t('bots.addField'), block.secret_headers, 5, (secret_headers) => onChange({ ...block, secret_headers }))}
      <Rows
        label={t('bots.results')}
        add={t('bots.addResult')}
        items={block.results ?? []}
        most={20}
        make={() => ({ path: 'order.state', attribute: 'conversation.order_state' })}
        onChange={(results) => onChange({ ...block, results })}
        renderRow={(result, set) => (
          <div className="flex flex-col gap-1.5 rounded-control border border-line p-2">
            <Input aria-label={t('bots.path')} value={result.path} maxLength={200} onChange={(event) => set({ ...result, path: event.target.value })} />
            <AttributeField value={result.attribute} onChange={(attribute) => set({ ...result, attribute })} />
          </div>
        )}
      />
    </>
  )
}
