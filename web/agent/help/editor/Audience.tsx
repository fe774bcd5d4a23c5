import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { Button, IconButton } from '../../ui/Button'
import { Input, Select } from '../../ui/Field'

type Test = { field: string; op: string; value: unknown }
/** What can be asked of a reader; the rest of the filter catalogue is about conversations. */
const KINDS = ['vip', 'plan', 'address', 'tag'] as const
type Kind = (typeof KINDS)[number]
const START: Record<Kind, Test> = {
  vip: { field: 'vip', op: 'is', value: true },
  plan: { field: 'plan', op: 'is', value: '' },
  address: { field: 'address', op: 'ends_with', value: '' },
  tag: { field: 'tag', op: 'has', value: '' },
}

/** Everybody at first: VIP customers, until somebody says otherwise. */
export const FIRST_SEGMENT = { all: [START.vip] }

function testsOf(condition: Record<string, unknown> | null): Test[] | null {
  const parts = (condition?.all ?? (condition && 'field' in condition ? [condition] : null)) as Test[] | null
  return parts?.every((one) => KINDS.some((kind) => one.field === kind && one.op === START[kind].op)) ? parts : null
}

/** Which readers a segment is: all of these hold. Saved as soon as it is whole. */
export function Audience({ condition, disabled, onSave }: { condition: Record<string, unknown> | null; disabled: boolean; onSave: (condition: Record<string, unknown>) => void }) {
  const t = useT()
  const { tags } = useDirectory()
  const [tests, setTests] = useState(() => testsOf(condition))
  if (tests === null) return <p className="text-secondary text-ink-3">{t('audience.other')}</p>
  const write = (next: Test[]) => {
    setTests(next)
    const done = next.filter((one) => one.value !== '')
    if (done.length > 0) onSave({ all: done })
  }
  const put = (index: number, value: unknown) => write(tests.map((one, at) => (at === index ? { ...one, value } : one)))
  return (
    <fieldset disabled={disabled} className="-mt-2 flex flex-col gap-2">
      <legend className="sr-only">{t('visibility.segment')}</legend>
      {tests.map((test, index) => (
        <div key={index} className="flex items-center gap-1">
          <Select aria-label={t('audience.what')} value={test.field} onChange={(event) => write(tests.map((one, at) => (at === index ? START[event.target.value as Kind] : one)))} className="w-auto! shrink-0">
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`audience.${kind}`)}
              </option>
            ))}
          </Select>
          {test.field === 'vip' ? (
            <Select aria-label={t('rules.value')} value={String(test.value)} onChange={(event) => put(index, event.target.value === 'true')}>
              <option value="true">{t('test.yes')}</option>
              <option value="false">{t('test.no')}</option>
            </Select>
          ) : test.field === 'tag' ? (
            <Select aria-label={t('rules.value')} value={String(test.value)} onChange={(event) => put(index, Number(event.target.value))}>
              <option value="" disabled>
                …
              </option>
              {tags.map((tag) => (
                <option key={tag.id} value={tag.id}>
                  {tag.name}
                </option>
              ))}
            </Select>
          ) : (
            <Input aria-label={t('rules.value')} defaultValue={String(test.value)} onBlur={(event) => put(index, event.target.value.trim())} />
          )}
          {tests.length > 1 && (
            <IconButton label={t('action.remove')} onClick={() => write(tests.filter((_, at) => at !== index))}>
              <X size={14} aria-hidden />
            </IconButton>
          )}
        </div>
      ))}
      {tests.length < 5 && (
        <Button variant="plain" className="-ml-3 self-start" onClick={() => setTests([...tests, START.plan])}>
          <Plus size={16} aria-hidden />
          {t('audience.add')}
        </Button>
      )}
    </fieldset>
  )
}
