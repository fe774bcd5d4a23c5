import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import type { Simulation } from '../api/types'
import { useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { useProblemText } from '../app/problems'
import { dayIn } from '../report/period'
import { Button } from '../ui/Button'
import { Checkbox, Field, Input, Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { simulationsQuery } from './queries'
import { RULES, scenarioOf, type Typed, unchanged } from './scenario'

/** Which past period, and what is to be different in it. */
export function ScenarioForm({ onStart }: { onStart: (id: string) => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const { teams } = useDirectory()
  const [zone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [typed, setTyped] = useState<Typed>(() => unchanged(dayIn(Date.now(), zone)))
  const [wrong, setWrong] = useState<keyof Typed | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const set = (change: Partial<Typed>) => {
    setTyped({ ...typed, ...change })
    setWrong(null)
  }
  const error = (field: keyof Typed) => (wrong === field ? t(`whatif.wrong.${field}` as 'whatif.wrong.last') : null)
  const start = async () => {
    const asked = scenarioOf(typed, zone, t('whatif.unnamed'))
    if ('wrong' in asked) return setWrong(asked.wrong)
    setBusy(true)
    setProblem(null)
    try {
      const run = await api.post<Simulation>('/api/simulations', asked.scenario)
      await client.invalidateQueries(simulationsQuery)
      onStart(run.id)
    } catch (failed) {
      setProblem(failed)
    }
    setBusy(false)
  }
  const field = (name: 'first' | 'last' | 'people' | 'bot' | 'opens' | 'closes', type: string, hint?: string) => (
    <Field label={t(`whatif.${name}`)} hint={hint} error={error(name)}>
      {(control) => <Input {...control} type={type} value={typed[name]} onChange={(event) => set({ [name]: event.target.value })} />}
    </Field>
  )
  return (
    <form
      aria-label={t('whatif.form')}
      className="mt-4 rounded-card border border-line p-5"
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <div className="grid grid-cols-4 gap-4 max-[1099px]:grid-cols-2 max-[479px]:grid-cols-1">
        <Field label={t('whatif.name')}>{(control) => <Input {...control} maxLength={120} placeholder={t('whatif.unnamed')} value={typed.name} onChange={(event) => set({ name: event.target.value })} />}</Field>
        {field('first', 'date')}
        {field('last', 'date')}
        <Field label={t('filter.team')}>
          {(control) => (
            <Select {...control} value={typed.team} onChange={(event) => set({ team: event.target.value })}>
              <option value="">{t('report.allTeams')}</option>
              {teams.map((team) => (
                <option key={team.id} value={team.id}>
                  {team.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <h2 className="mt-6 mb-3 font-strong">{t('whatif.changes')}</h2>
      <div className="grid grid-cols-4 gap-4 max-[1099px]:grid-cols-2 max-[479px]:grid-cols-1">
        <Field label={t('whatif.rule')}>
          {(control) => (
            <Select {...control} value={typed.rule} onChange={(event) => set({ rule: event.target.value })}>
              <option value="">{t('whatif.asWas')}</option>
              {RULES.map((rule) => (
                <option key={rule} value={rule}>
                  {t(`whatif.rule.${rule}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('whatif.mode')}>
          {(control) => (
            <Select {...control} value={typed.mode} onChange={(event) => set({ mode: event.target.value })}>
              <option value="">{t('whatif.asWas')}</option>
              <option value="pull">{t('whatif.pull')}</option>
              <option value="push">{t('whatif.push')}</option>
            </Select>
          )}
        </Field>
        {field('people', 'number', t('whatif.peopleHint'))}
        {field('bot', 'number', t('whatif.botHint'))}
        {field('opens', 'time', t('whatif.hoursHint'))}
        {field('closes', 'time')}
        <div className="flex flex-col justify-center">
          <Checkbox label={t('whatif.weekend')} checked={typed.weekend} disabled={typed.opens === ''} onChange={(event) => set({ weekend: event.target.checked })} />
          <Checkbox label={t('whatif.holidays')} checked={typed.holidays} onChange={(event) => set({ holidays: event.target.checked })} />
        </div>
        <Field label={t('whatif.seeds')} hint={t('whatif.seedsHint')}>
          {(control) => (
            <Select {...control} value={typed.seeds} onChange={(event) => set({ seeds: event.target.value })}>
              {['3', '5', '10', '20'].map((count) => (
                <option key={count}>{count}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {problem !== null && <ErrorNote {...say(problem)} className="mt-4" />}
      <div className="mt-4 flex justify-end">
        <Button type="submit" variant="primary" busy={busy}>
          {t('whatif.start')}
        </Button>
      </div>
    </form>
  )
}
