import { Plus, X } from 'lucide-react'
import { type Key, useT } from '../../app/i18n'
import { Button, IconButton } from '../../ui/Button'
import { Input, Select } from '../../ui/Field'
import { FIELDS, type FieldName, fieldOf, firstTest, firstValue, GROUPS, isTest, type Join, LISTS, ofTree, opsOf, pathOf, treeOf } from './fields'
import { TestValue } from './TestValue'
import type { Condition, Test } from './types'

const DEEPEST = 3
const JOINS: readonly Join[] = ['all', 'any', 'none']

type Props = {
  legend: string
  hint?: string
  condition: Condition
  onChange: (condition: Condition) => void
  /** What the server could not use: a path in the condition, and why. */
  wrong?: { path: string; why: string } | null
}

/** What must be true of a conversation: of rules, promises and segments. Conditions stand in groups, and groups in groups. */
export function Conditions({ legend, hint, condition, onChange, wrong = null }: Props) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{legend}</legend>
      {hint && treeOf(condition).parts.length === 0 && <p className="text-secondary text-ink-3">{hint}</p>}
      <Parts label={legend} condition={condition} onChange={onChange} path="$" depth={1} wrong={wrong} />
    </fieldset>
  )
}

type PartsProps = { label: string; condition: Condition; onChange: (condition: Condition) => void; path: string; depth: number; wrong: Props['wrong'] }

function Parts({ label, condition, onChange, path, depth, wrong }: PartsProps) {
  const t = useT()
  const tree = treeOf(condition)
  const put = (parts: readonly Condition[]) => onChange(ofTree({ ...tree, parts }))
  const set = (at: number, part: Condition) => put(tree.parts.map((one, n) => (n === at ? part : one)))
  const remove = (at: number) => put(tree.parts.filter((_, n) => n !== at))
  return (
    <>
      {(tree.parts.length > 1 || tree.join === 'none' || depth > 1) && (
        <Select aria-label={label} value={tree.join} onChange={(event) => onChange(ofTree({ ...tree, join: event.target.value as Join }))} className="w-auto! self-start">
          {JOINS.map((join) => (
            <option key={join} value={join}>
              {t(`conditions.${join}`)}
            </option>
          ))}
        </Select>
      )}
      {tree.parts.map((part, at) => {
        const here = pathOf(path, tree.join, at)
        if (isTest(part)) return <TestRow key={at} test={part} onChange={(next) => set(at, next)} onRemove={() => remove(at)} wrong={wrong && `${wrong.path}.`.startsWith(`${here}.`) ? wrong.why : null} />
        return (
          <div key={at} role="group" aria-label={t('conditions.group')} className="flex items-start gap-2 border-l-2 border-line-strong pl-3">
            <div className="flex min-w-0 grow flex-col gap-2">
              <Parts label={t('conditions.group')} condition={part} onChange={(next) => set(at, next)} path={here} depth={depth + 1} wrong={wrong} />
            </div>
            <IconButton label={t('conditions.removeGroup')} onClick={() => remove(at)}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
        )
      })}
      <div className="flex flex-wrap gap-1">
        <Button variant="plain" onClick={() => put([...tree.parts, firstTest('subject')])}>
          <Plus size={16} aria-hidden />
          {t('rules.addTest')}
        </Button>
        {depth < DEEPEST && tree.parts.length > 0 && (
          <Button variant="plain" onClick={() => put([...tree.parts, { any: [firstTest('subject')] }])}>
            <Plus size={16} aria-hidden />
            {t('conditions.addGroup')}
          </Button>
        )}
      </div>
    </>
  )
}

function TestRow({ test, onChange, onRemove, wrong }: { test: Test; onChange: (test: Test) => void; onRemove: () => void; wrong: string | null }) {
  const t = useT()
  const name = fieldOf(test)
  const kind = name === null ? null : FIELDS[name].kind
  const chooseOp = (op: string) => {
    if (kind === null) return
    const same = LISTS.has(op) === LISTS.has(test.op) && (kind !== 'time' || typeof firstValue(kind, op) === typeof test.value)
    onChange({ ...test, op, value: same ? test.value : firstValue(kind, op) })
  }
  return (
    <div className={`flex items-start gap-2 ${wrong ? 'rounded-control outline-2 outline-offset-2 outline-wrong' : ''}`}>
      <div className="flex min-w-0 grow flex-wrap items-center gap-2">
        <Select aria-label={t('rules.test')} value={name ?? ''} onChange={(event) => onChange(firstTest(event.target.value as FieldName))} className="w-52! max-[480px]:w-full!">
          {name === null && <option value="">{test.field}</option>}
          {GROUPS.map((group) => (
            <optgroup key={group} label={t(`conditions.group.${group}`)}>
              {(Object.keys(FIELDS) as FieldName[])
                .filter((one) => FIELDS[one].group === group)
                .map((one) => (
                  <option key={one} value={one}>
                    {first(t(`field.${one}`))}
                  </option>
                ))}
            </optgroup>
          ))}
        </Select>
        {kind === 'attribute' && (
          <Input
            aria-label={t('conditions.attribute')}
            required
            pattern="[a-z][a-z0-9_]*"
            placeholder="order_number"
            value={test.field.slice(`${name}.`.length)}
            onChange={(event) => onChange({ ...test, field: `${name}.${event.target.value}` })}
            className="w-32!"
          />
        )}
        {name !== null && kind !== 'yes' && (
          <Select aria-label={t('conditions.op')} value={test.op} onChange={(event) => chooseOp(event.target.value)} className="w-auto!">
            {!opsOf(name).includes(test.op) && <option value={test.op}>{t(`op.${test.op}` as Key)}</option>}
            {opsOf(name).map((op) => (
              <option key={op} value={op}>
                {t(`op.${op}` as Key)}
              </option>
            ))}
          </Select>
        )}
        {name === null ? <code className="text-secondary">{`${test.op} ${JSON.stringify(test.value)}`}</code> : <TestValue name={name} test={test} onChange={(value) => onChange({ ...test, value })} />}
        {wrong && <p className="w-full text-secondary text-wrong">{t('conditions.wrong', { why: wrong })}</p>}
      </div>
      <IconButton label={t('action.remove')} onClick={onRemove}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  )
}

/** Labels are written as they stand in a sentence. */
export function first(label: string): string {
  return label.charAt(0).toLocaleUpperCase() + label.slice(1)
}
