import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { botsQuery } from '../../bots/queries'
import { type Key, useT } from '../../app/i18n'
import { useDirectory, useMay, useMe } from '../../app/me'
import { Input, Select } from '../../ui/Field'
import { Duration } from './AfterField'
import { FIELDS, type FieldName, LISTS, splitWords, typed } from './fields'
import type { Test } from './types'
import { useAccounts } from './useAccounts'

type Props = { name: FieldName; test: Test; onChange: (value: unknown) => void }

/** The editor that fits what a field holds: words, a picker, a number with its unit. */
export function TestValue({ name, test, onChange }: Props) {
  const t = useT()
  const field = FIELDS[name]
  const label = { 'aria-label': t('rules.value') }
  switch (field.kind) {
    case 'text':
    case 'texts':
    case 'word':
    case 'attribute':
      if (LISTS.has(test.op)) return <Words words={Array.isArray(test.value) ? test.value.map(String) : []} onChange={onChange} />
      if ('nullable' in field && (test.op === 'is' || test.op === 'is_not')) return <MaybeText test={test} onChange={onChange} />
      return <Text test={test} onChange={onChange} className={field.kind === 'attribute' ? 'w-28!' : 'w-48! grow'} />
    case 'number':
    case 'percent':
    case 'money':
      return <Amount name={name} test={test} onChange={onChange} />
    case 'seconds':
      return <Duration control={label} seconds={Number(test.value) || 60} onSeconds={onChange} />
    case 'time':
      if (test.op === 'before' || test.op === 'after') return <Day value={String(test.value ?? '')} onChange={onChange} />
      return <Duration control={label} seconds={Number(test.value) || 60} onSeconds={onChange} />
    case 'yes':
      return (
        <Select {...label} value={String(test.value)} onChange={(event) => onChange(event.target.value === 'true')} className="w-auto!">
          <option value="true">{t('test.yes')}</option>
          <option value="false">{t('test.no')}</option>
        </Select>
      )
    case 'choice':
    case 'channels':
      return (
        <Select {...label} required value={test.value === null ? 'null' : String(test.value)} onChange={(event) => onChange(event.target.value === 'null' ? null : event.target.value)} className="w-auto!">
          <option value="" disabled>
            …
          </option>
          {field.words.map((word) => (
            <option key={word} value={word}>
              {t(`word.${word}` as Key)}
            </option>
          ))}
          {'nullable' in field && (test.op === 'is' || test.op === 'is_not') && <option value="null">{t('conditions.unknown')}</option>}
        </Select>
      )
    default:
      return <Choose name={name} test={test} onChange={onChange} />
  }
}

/** What is typed stays as it is written ("12." on the way to 12.5), as long as it is this test's. */
function Text({ test, onChange, className }: { test: Test; onChange: (value: unknown) => void; className: string }) {
  const t = useT()
  const [text, setText] = useState(String(test.value ?? ''))
  const put = (next: string) => {
    setText(next)
    onChange(typed(next, test.op))
  }
  const shown = typed(text, test.op) === test.value ? text : String(test.value ?? '')
  return <Input aria-label={t('rules.value')} required maxLength={2000} value={shown} onChange={(event) => put(event.target.value)} className={className} />
}

function Words({ words, onChange }: { words: readonly string[]; onChange: (words: string[]) => void }) {
  const t = useT()
  const [text, setText] = useState(words.join(', '))
  const put = (next: string) => {
    setText(next)
    onChange(splitWords(next))
  }
  const shown = String(splitWords(text)) === String(words) ? text : words.join(', ')
  return <Input aria-label={t('rules.value')} required placeholder={t('conditions.words')} title={t('conditions.words')} value={shown} onChange={(event) => put(event.target.value)} className="w-56! grow" />
}

function MaybeText({ test, onChange }: { test: Test; onChange: (value: unknown) => void }) {
  const t = useT()
  return (
    <>
      <Input aria-label={t('rules.value')} required={test.value !== null} disabled={test.value === null} value={String(test.value ?? '')} onChange={(event) => onChange(event.target.value)} className="w-40!" />
      <label className="target flex items-center gap-1.5 text-secondary text-ink-2">
        <input type="checkbox" checked={test.value === null} onChange={(event) => onChange(event.target.checked ? null : '')} className="size-4 accent-accent" />
        {t('conditions.unknown')}
      </label>
    </>
  )
}

function Amount({ name, test, onChange }: Props) {
  const t = useT()
  const currency = useMe().workspace.base_currency
  const kind = FIELDS[name].kind
  const unit = kind === 'percent' ? '%' : kind === 'money' ? currency : ''
  return (
    <span className="flex items-center gap-1.5">
      <Input
        aria-label={t('rules.value')}
        type="number"
        required
        step={kind === 'number' ? 1 : 'any'}
        min={0}
        value={String(test.value ?? '')}
        onChange={(event) => onChange(event.target.value === '' ? '' : Number(event.target.value))}
        className="w-24!"
      />
      {unit && <span className="text-secondary text-ink-3">{unit}</span>}
    </span>
  )
}

function Day({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useT()
  const put = (day: string) => onChange(day === '' ? '' : new Date(`${day}T00:00`).toISOString())
  return <Input aria-label={t('rules.value')} type="date" required value={value === '' ? '' : localDay(new Date(value))} onChange={(event) => put(event.target.value)} className="w-40!" />
}

function localDay(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** One of the workspace's own: a team, a person, a mailbox, a tag. */
function Choose({ name, test, onChange }: Props) {
  const t = useT()
  const { teams, agents, tags, topics } = useDirectory()
  const accounts = useAccounts()
  const mayReadBots = useMay('bots.read')
  const bots = useQuery({ ...botsQuery, enabled: FIELDS[name].kind === 'bot' && mayReadBots }).data ?? []
  const of: Partial<Record<(typeof FIELDS)[FieldName]['kind'], readonly { id: number; name: string }[]>> = { team: teams, agent: agents, account: accounts, tags, topic: topics, bot: bots }
  const items = of[FIELDS[name].kind] ?? []
  const read = (value: string) => (value === 'null' ? null : Number(value))
  return (
    <Select aria-label={t('rules.value')} required value={test.value === null ? 'null' : String(test.value)} onChange={(event) => onChange(read(event.target.value))} className="w-auto!">
      <option value="" disabled>
        …
      </option>
      {'nullable' in FIELDS[name] && <option value="null">{t('conditions.nobody')}</option>}
      {items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
    </Select>
  )
}
