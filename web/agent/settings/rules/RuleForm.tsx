import { useState } from 'react'
import { api, type Problem } from '../../api/client'
import type { Rule, RuleAction } from '../../api/types'
import { type Key, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { Button } from '../../ui/Button'
import { Field, Input, Select } from '../../ui/Field'
import { SettingsForm, text, useChange } from '../parts'
import { AfterField } from './AfterField'
import { Conditions } from './Conditions'
import { LASTING, lasts, TRIGGERS } from './fields'
import { MoreActions } from './MoreActions'
import { ReplyFields } from './ReplyFields'
import { TryRule } from './TryRule'
import { type Condition, rulesQuery } from './types'

/** When something happens or has lasted, if the tests hold, then do something; tried on the last 30 days before it is saved. */
export function RuleForm({ rule, onDone }: { rule: Rule | null; onDone: () => void }) {
  const t = useT()
  const change = useChange([rulesQuery.queryKey])
  const [condition, setCondition] = useState<Condition>((rule?.condition as Condition | undefined) ?? { all: [] })
  const [actions, setActions] = useState<RuleAction[]>(rule?.actions ?? [])
  const [on, setOn] = useState<string>(rule?.on ?? TRIGGERS[0])
  const [afterS, setAfterS] = useState(rule?.after_s ?? 7200)
  const [clock, setClock] = useState<Rule['clock']>(rule?.clock ?? 'customer')
  const draft = {
    on,
    after_s: lasts(on) ? afterS : null,
    clock,
    condition,
    actions,
  }
  const save = async (form: FormData) => {
    const body = { name: text(form, 'name'), ...draft }
    await (rule ? api.patch(`/api/rules/${rule.id}`, body) : api.post('/api/rules', body))
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={[rulesQuery.queryKey]}>
        {(problem) => (
          <>
            <Field label={t('rules.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required defaultValue={rule?.name} />}
            </Field>
            <Field label={t('rules.when')}>
              {(control) => (
                <Select {...control} value={on} onChange={(event) => setOn(event.target.value)}>
                  <optgroup label={t('rules.happens')}>
                    {TRIGGERS.map((trigger) => (
                      <option key={trigger} value={trigger}>
                        {t(`rules.on.${trigger}`)}
                      </option>
                    ))}
                  </optgroup>
                  <optgroup label={t('rules.lasts')}>
                    {LASTING.map((trigger) => (
                      <option key={trigger} value={trigger}>
                        {t(`rules.on.${trigger}`, { time: '…' })}
                      </option>
                    ))}
                  </optgroup>
                </Select>
              )}
            </Field>
            {lasts(on) && <AfterField seconds={afterS} clock={clock} onSeconds={setAfterS} onClock={setClock} />}
            <Conditions legend={t('rules.if')} condition={condition} onChange={setCondition} wrong={wrongPart(problem)} />
            <Actions actions={actions} onChange={setActions} wrong={wrongPart(problem)} />
            <TryRule draft={draft} />
            {problem && <p className="sr-only">{problem.detail}</p>}
            {rule && (
              <Button
                variant="danger"
                className="self-start"
                onClick={() => void change(() => api.delete(`/api/rules/${rule.id}`), t('rules.deleted', { name: rule.name })).then((done) => done && onDone())}
              >
                {t('rules.delete')}
              </Button>
            )}
          </>
        )}
      </SettingsForm>
    </div>
  )
}

/** What the server could not use, by its path in the rule. */
export function wrongPart(problem: Problem | null): { path: string; why: string } | null {
  const path = problem?.body.path
  return problem && typeof path === 'string' ? { path, why: problem.detail ?? problem.title } : null
}

type ActionsProps = { actions: RuleAction[]; onChange: (actions: RuleAction[]) => void; wrong?: { path: string; why: string } | null }

export function Actions({ actions, onChange, wrong = null }: ActionsProps) {
  const t = useT()
  const { agents, teams, tags } = useDirectory()
  const assign = actions.find((action) => action.type === 'assign')
  const tagging = actions.find((action) => action.type === 'tag')
  const tagIds = tagging?.add ?? []
  const assigned = assign?.assignee_id ? `agent:${assign.assignee_id}` : assign?.team_id ? `team:${assign.team_id}` : ''
  const setAssign = (value: string) => {
    const [kind, id] = value.split(':')
    const rest = actions.filter((action) => action.type !== 'assign')
    if (!kind) onChange(rest)
    else onChange([...rest, kind === 'agent' ? { type: 'assign', assignee_id: Number(id) } : { type: 'assign', team_id: Number(id) }])
  }
  const only = (type: RuleAction['type'] | readonly RuleAction['type'][], make: RuleAction | null) =>
    onChange([...actions.filter((action) => !(typeof type === 'string' ? [type] : type).includes(action.type)), ...(make ? [make] : [])])
  const toggleTag = (id: number) => {
    const add = tagIds.includes(id) ? tagIds.filter((one) => one !== id) : [...tagIds, id]
    const remove = tagging?.remove ?? []
    const rest = actions.filter((action) => action.type !== 'tag')
    onChange(add.length + remove.length > 0 ? [...rest, { type: 'tag', add, remove }] : rest)
  }
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{t('rules.then')}</legend>
      <Select aria-label={t('command.assign')} value={assigned} onChange={(event) => setAssign(event.target.value)} className="w-auto! self-start">
        <option value="">{t('rules.noAssign')}</option>
        {teams.map((team) => (
          <option key={team.id} value={`team:${team.id}`}>
            {t('rules.do.assign', { value: team.name })}
          </option>
        ))}
        {agents.map((agent) => (
          <option key={agent.id} value={`agent:${agent.id}`}>
            {t('rules.do.assign', { value: agent.name })}
          </option>
        ))}
      </Select>
      <Judgements actions={actions} only={only} />
      <div className="flex flex-wrap gap-2" role="group" aria-label={t('command.tag')}>
        {tags.map((tag) => (
          <button
            key={tag.id}
            type="button"
            aria-pressed={tagIds.includes(tag.id)}
            onClick={() => toggleTag(tag.id)}
            className="target rounded-full border border-line-strong px-3 text-secondary hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
          >
            {tag.name}
          </button>
        ))}
      </div>
      <MoreActions actions={actions} only={only} />
      <ReplyFields actions={actions} only={only} wrong={wrong} />
    </fieldset>
  )
}

/** How bad, how hard, about what: one of each, or left as it is. A rule only ever raises the severity unless it says otherwise. */
function Judgements({ actions, only }: { actions: RuleAction[]; only: (type: RuleAction['type'], make: RuleAction | null) => void }) {
  const t = useT()
  const { topics } = useDirectory()
  const severity = actions.find((action) => action.type === 'severity')
  const difficulty = actions.find((action) => action.type === 'difficulty')
  const topic = actions.find((action) => action.type === 'topic')
  return (
    <div className="flex flex-wrap gap-2">
      <Select
        aria-label={t('command.severity')}
        value={severity ? `${severity.raise_only ? 'raise' : 'set'}:${severity.value}` : ''}
        onChange={(event) => {
          const [how, value] = event.target.value.split(':')
          only('severity', how ? { type: 'severity', value: Number(value), raise_only: how === 'raise' } : null)
        }}
        className="w-auto!"
      >
        <option value="">{t('rules.noSeverity')}</option>
        {[2, 3].map((level) => (
          <option key={`raise${level}`} value={`raise:${level}`}>
            {t('rules.do.raise', { value: t(`severity.${level}` as Key) })}
          </option>
        ))}
        {[0, 1, 2, 3].map((level) => (
          <option key={level} value={`set:${level}`}>
            {t('rules.do.severity', { value: t(`severity.${level}` as Key) })}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t('command.difficulty')}
        value={difficulty ? String(difficulty.value) : ''}
        onChange={(event) => only('difficulty', event.target.value === '' ? null : { type: 'difficulty', value: Number(event.target.value) })}
        className="w-auto!"
      >
        <option value="">{t('rules.noDifficulty')}</option>
        {[0, 1, 2].map((level) => (
          <option key={level} value={level}>
            {t('rules.do.difficulty', { value: t(`difficulty.${level}` as Key) })}
          </option>
        ))}
      </Select>
      {topics.length > 0 && (
        <Select
          aria-label={t('command.topic')}
          value={topic ? String(topic.topic_id) : ''}
          onChange={(event) => only('topic', event.target.value === '' ? null : { type: 'topic', topic_id: Number(event.target.value) })}
          className="w-auto!"
        >
          <option value="">{t('rules.noTopic')}</option>
          {topics
            .filter((one) => !one.archived || one.id === topic?.topic_id)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {t('rules.do.topic', { value: one.name })}
              </option>
            ))}
        </Select>
      )}
    </div>
  )
}
