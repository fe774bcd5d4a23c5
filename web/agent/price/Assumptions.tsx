import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import type { ValueView } from '../api/types'
import { type Key, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { candidateOf, NUMBERS, type NumberName, numberText, patienceSize, shown, type Typed } from '../settings/priority/numbers'
import { NumberField } from '../settings/priority/NumberField'
import { valueQuery } from '../settings/priority/queries'
import { Button } from '../ui/Button'
import { ErrorNote } from '../ui/Notice'
import { notify } from '../ui/toasts'

/** The numbers that move the price most. */
const SHOWN = ['default_monthly_minor', 'months', 'leave_once', 'leave_slowly', 'slow_half_s'] as const satisfies readonly NumberName[]

/** The assumptions, editable here: every figure above follows at once, and nothing is kept until it is saved. */
export function Assumptions({ view, typed, onType }: { view: ValueView; typed: Typed; onType: (typed: Typed) => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayWrite = useMay('settings.write')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const { candidate, wrong } = candidateOf(typed, view)
  const isChanged = Object.keys(typed).length > 0
  const type = (field: string) => (text: string) => onType({ ...typed, [field]: text })
  const save = async () => {
    setBusy(true)
    setProblem(null)
    try {
      client.setQueryData(valueQuery.queryKey, await api.put<ValueView>('/api/value', candidate))
      onType({})
      notify({ text: t('priority.saved') })
      void client.invalidateQueries()
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  return (
    <section aria-label={t('slowness.assumptions')} className="mt-8">
      <div className="flex flex-wrap items-baseline gap-x-4">
        <h2 className="text-thread font-strong">{t('slowness.assumptions')}</h2>
        {mayWrite && (
          <a
            href={href({ page: 'settings', section: 'priority', item: null })}
            onClick={(event) => {
              event.preventDefault()
              navigate({ page: 'settings', section: 'priority', item: null }, { search: '' })
            }}
            className="text-secondary text-accent-ink"
          >
            {t('slowness.allNumbers')}
          </a>
        )}
      </div>
      <p className="mt-0.5 mb-2 max-w-[72ch] text-secondary text-ink-3">{t('slowness.assumptionsText')}</p>
      <div className="grid grid-cols-2 gap-x-10 max-[1099px]:grid-cols-1">
        <div className="divide-y divide-line self-start border-y border-line">
          {SHOWN.map((name) => (
            <NumberField
              key={name}
              label={t(`number.${name}` as Key)}
              unit={t(`unit.${NUMBERS[name]}` as Key, { currency: view.currency })}
              value={numberText(name, view.value[name]!, view.currency)}
              typed={typed[name]}
              source={view.sources[name]!}
              usual={numberText(name, view.defaults[name]!, view.currency)}
              wrong={wrong.has(name)}
              onType={type(name)}
            />
          ))}
        </div>
        <div className="divide-y divide-line self-start border-y border-line max-[1099px]:border-t-0">
          {view.value.severity_weights!.map((weight, level) => (
            <NumberField
              key={level}
              label={t('slowness.weight', { level: t(`severity.${level}` as Key) })}
              unit={t('unit.times')}
              value={shown(weight)}
              typed={typed[`severity:${level}`]}
              source={weight === view.defaults.severity_weights![level] ? 'assumption' : 'yours'}
              usual={shown(view.defaults.severity_weights![level]!)}
              wrong={wrong.has(`severity:${level}`)}
              onType={type(`severity:${level}`)}
            />
          ))}
          {view.channels.map((channel) => (
            <NumberField
              key={channel.account_id}
              label={t('slowness.patience', { name: channel.name })}
              unit={t(patienceSize(channel) === 60 ? 'unit.minutes' : 'unit.hours')}
              value={shown(channel.patience_s / patienceSize(channel))}
              typed={typed[`patience:${channel.account_id}`]}
              source={channel.source}
              usual={shown(channel.channel === 'email' ? 7.4 : 2)}
              wrong={wrong.has(`patience:${channel.account_id}`)}
              onType={type(`patience:${channel.account_id}`)}
            />
          ))}
        </div>
      </div>
      {problem !== null && <ErrorNote {...say(problem)} className="mt-2" />}
      {isChanged && (
        <div className="mt-3 flex items-center justify-end gap-2">
          <p className="min-w-0 grow text-secondary text-ink-3">{t(mayWrite ? 'priority.unsaved' : 'slowness.onlyTried')}</p>
          <Button variant="plain" onClick={() => onType({})}>
            {t('priority.discard')}
          </Button>
          {mayWrite && (
            <Button variant="primary" busy={busy} disabled={wrong.size > 0} onClick={() => void save()}>
              {t('priority.save')}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}
