import { useState } from 'react'
import { api } from '../../api/client'
import type { Escalation, Policy } from '../../api/types'
import { useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { Field, Input, Select } from '../../ui/Field'
import { number, SettingsForm, text, useChange } from '../parts'
import { Conditions } from '../rules/Conditions'
import { wrongPart } from '../rules/RuleForm'
import type { Condition } from '../rules/types'
import { EscalationFields } from './EscalationFields'
import { inUnit, ofUnit, type TargetName, TARGETS, TOUCHES, type Unit, unitOf, UNITS } from './queries'

type Warning = 'none' | 'percent' | 'before'
const NOTHING: Escalation = { add_tags: [], notify: [], notify_assignee: false }

/** Whom it is for, what is promised on which clock, when to warn, and what happens then. */
export function PolicyForm({ policy, last, onDone }: { policy: Policy | null; last: number; onDone: () => void }) {
  const t = useT()
  const change = useChange(TOUCHES)
  const [condition, setCondition] = useState<Condition>((policy?.condition as Condition | undefined) ?? { all: [] })
  const [warning, setWarning] = useState<Warning>(policy ? (policy.warn_percent !== null ? 'percent' : policy.warn_before_s !== null ? 'before' : 'none') : 'percent')
  const [onWarning, setOnWarning] = useState<Escalation>(policy?.on_warning ?? NOTHING)
  const [onBreach, setOnBreach] = useState<Escalation>(policy?.on_breach ?? NOTHING)
  const save = async (form: FormData) => {
    const seconds = (name: TargetName) => (text(form, name) === '' ? null : ofUnit(text(form, name), text(form, `${name}.unit`) as Unit))
    const warn = number(form, 'warn')
    const body = {
      name: text(form, 'name'),
      condition,
      clock: text(form, 'clock'),
      first_reply_s: seconds('first_reply'),
      next_reply_s: seconds('next_reply'),
      resolution_s: seconds('resolution'),
      warn_percent: warning === 'percent' ? warn : null,
      warn_before_s: warning === 'before' && warn !== null ? Math.round(warn * 60) : null,
      on_warning: onWarning,
      on_breach: onBreach,
      ...(policy ? {} : { position: last }),
    }
    await (policy ? api.patch(`/api/sla/policies/${policy.id}`, body) : api.post('/api/sla/policies', body))
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={TOUCHES}>
        {(problem) => (
          <>
            <Field label={t('promises.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required maxLength={120} defaultValue={policy?.name} />}
            </Field>
            <Conditions legend={t('promises.for')} hint={t('promises.anyIf')} condition={condition} onChange={setCondition} wrong={wrongPart(problem)} />
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1 text-secondary font-medium text-ink-2">{t('promises.targets')}</legend>
              {TARGETS.map((name) => (
                <Target key={name} name={name} seconds={policy?.[`${name}_s`] ?? null} />
              ))}
            </fieldset>
            <Field label={t('promises.clock')} hint={t('promises.clockHint')}>
              {(control) => (
                <Select {...control} name="clock" defaultValue={policy?.clock ?? 'team'}>
                  <option value="team">{t('promises.clock.team')}</option>
                  <option value="customer">{t('promises.clock.customer')}</option>
                </Select>
              )}
            </Field>
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1 text-secondary font-medium text-ink-2">{t('promises.warning')}</legend>
              <div className="flex flex-wrap items-center gap-2">
                {warning !== 'none' && (
                  <Input
                    key={warning}
                    name="warn"
                    type="number"
                    required
                    min={warning === 'percent' ? 1 : 0.2}
                    max={warning === 'percent' ? 99 : undefined}
                    step={warning === 'percent' ? 1 : 'any'}
                    aria-label={t('promises.warnValue')}
                    defaultValue={warning === 'percent' ? (policy?.warn_percent ?? 75) : (policy?.warn_before_s ?? 1800) / 60}
                    className="w-24!"
                  />
                )}
                <Select aria-label={t('promises.warning')} value={warning} onChange={(event) => setWarning(event.target.value as Warning)} className="w-auto!">
                  <option value="percent">{t('promises.warn.percent')}</option>
                  <option value="before">{t('promises.warn.before')}</option>
                  <option value="none">{t('promises.warn.none')}</option>
                </Select>
              </div>
            </fieldset>
            {warning !== 'none' && <EscalationFields legend={t('promises.onWarning')} value={onWarning} onChange={setOnWarning} />}
            <EscalationFields legend={t('promises.onBreach')} value={onBreach} onChange={setOnBreach} />
            {policy && (
              <Button
                variant="danger"
                className="self-start"
                onClick={() => void change(() => api.delete(`/api/sla/policies/${policy.id}`), t('promises.deleted', { name: policy.name })).then((done) => done && onDone())}
              >
                {t('promises.delete')}
              </Button>
            )}
          </>
        )}
      </SettingsForm>
    </div>
  )
}

function Target({ name, seconds }: { name: TargetName; seconds: number | null }) {
  const t = useT()
  const what = t(`promises.${name}`)
  const unit = seconds === null ? (name === 'resolution' ? 'days' : 'hours') : unitOf(seconds)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="w-40 max-[719px]:w-full">{what}</span>
      <Input
        name={name}
        type="number"
        min={0.1}
        step="any"
        aria-label={t('promises.amount', { what })}
        placeholder={t('promises.noTarget')}
        defaultValue={seconds === null ? '' : inUnit(seconds, unit)}
        className="tabular w-36!"
      />
      <Select name={`${name}.unit`} aria-label={t('promises.unit', { what })} defaultValue={unit} className="w-auto!">
        {(Object.keys(UNITS) as Unit[]).map((one) => (
          <option key={one} value={one}>
            {t(`promises.${one}`)}
          </option>
        ))}
      </Select>
    </div>
  )
}
