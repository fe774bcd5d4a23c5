import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { type Key, useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { Button, IconButton } from '../../ui/Button'
import { Input, Select } from '../../ui/Field'
import { mailboxesQuery } from '../mailboxes/queries'
import { FIELDS, fieldOf } from './fields'
import { SEVERITIES } from './say'
import type { Test } from './types'

const FIRST: Test = { field: 'subject', op: 'contains', value: '' }

type Props = { legend: string; hint?: string; tests: Test[]; every: boolean; onTests: (tests: Test[]) => void; onEvery: (every: boolean) => void }

/** What must be true of a conversation: of rules and of promises. */
export function Tests({ legend, hint, tests, every, onTests, onEvery }: Props) {
  const t = useT()
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{legend}</legend>
      {tests.length > 1 && (
        <Select aria-label={legend} value={every ? 'all' : 'any'} onChange={(event) => onEvery(event.target.value === 'all')} className="w-auto! self-start">
          <option value="all">{t('rules.all')}</option>
          <option value="any">{t('rules.any')}</option>
        </Select>
      )}
      {tests.map((test, index) => (
        <TestRow
          key={index}
          test={test}
          onChange={(next) => onTests(tests.map((one, at) => (at === index ? next : one)))}
          onRemove={() => onTests(tests.filter((_, at) => at !== index))}
        />
      ))}
      {hint && tests.length === 0 && <p className="text-secondary text-ink-3">{hint}</p>}
      <Button variant="plain" className="self-start" onClick={() => onTests([...tests, FIRST])}>
        <Plus size={16} aria-hidden />
        {t('rules.addTest')}
      </Button>
    </fieldset>
  )
}

function TestRow({ test, onChange, onRemove }: { test: Test; onChange: (test: Test) => void; onRemove: () => void }) {
  const t = useT()
  const choose = (name: string) => {
    const field = FIELDS.find((one) => `${one.field}.${one.op}` === name)
    if (field) onChange({ field: field.field, op: field.op, value: field.kind === fieldOf(test)?.kind ? test.value : '' })
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select aria-label={t('rules.test')} value={`${test.field}.${test.op}`} onChange={(event) => choose(event.target.value)} className="w-auto! max-w-72">
        {FIELDS.map((field) => (
          <option key={`${field.field}.${field.op}`} value={`${field.field}.${field.op}`}>
            {t(`test.${field.field}.${field.op}` as Key, { value: '…' })}
          </option>
        ))}
      </Select>
      <TestValue test={test} onChange={(value) => onChange({ ...test, value })} />
      <IconButton label={t('action.remove')} onClick={onRemove}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  )
}

function TestValue({ test, onChange }: { test: Test; onChange: (value: unknown) => void }) {
  const t = useT()
  const { teams, tags, topics } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const kind = fieldOf(test)?.kind
  if (kind === 'text') {
    return <Input aria-label={t('rules.value')} required value={String(test.value ?? '')} onChange={(event) => onChange(event.target.value)} className="w-56!" />
  }
  if (kind === 'severity') {
    return (
      <Select aria-label={t('rules.value')} required value={String(test.value)} onChange={(event) => onChange(event.target.value)} className="w-auto!">
        <option value="" disabled>
          …
        </option>
        {SEVERITIES.map((name, level) => (
          <option key={name} value={name}>
            {t(`severity.${level}` as Key)}
          </option>
        ))}
      </Select>
    )
  }
  if (kind === 'channel' || kind === 'yes') {
    const options = kind === 'yes' ? ([['true', t('test.yes')], ['false', t('test.no')]] as const) : ([['email', t('channel.email')], ['messenger', t('channel.messenger')]] as const)
    return (
      <Select aria-label={t('rules.value')} required value={String(test.value)} onChange={(event) => onChange(kind === 'yes' ? event.target.value === 'true' : event.target.value)} className="w-auto!">
        <option value="" disabled>
          …
        </option>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
    )
  }
  const items = kind === 'team' ? teams : kind === 'tag' ? tags : kind === 'topic' ? topics : mailboxes
  return (
    <Select aria-label={t('rules.value')} required value={String(test.value)} onChange={(event) => onChange(Number(event.target.value))} className="w-auto!">
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
