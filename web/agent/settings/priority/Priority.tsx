import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useDeferredValue, useState } from 'react'
import { api } from '../../api/client'
import { keys } from '../../api/queries'
import type { Source, ValueView } from '../../api/types'
import { type Key, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { notify } from '../../ui/toasts'
import { PageHead } from '../parts'
import { candidateOf, digitsOf, NUMBERS, type NumberName, numberText, patienceSize, shown, type Typed } from './numbers'
import { NumberField } from './NumberField'
import { PreviewList } from './PreviewList'
import { CurveNote } from './CurveNote'
import { valueQuery } from './queries'

/** Every number behind price and order, with where it comes from, and beside it the inbox as it would stand. */
export default function Priority() {
  const t = useT()
  const say = useProblemText()
  const view = useQuery(valueQuery)
  return (
    <div className="flex min-h-0 min-w-0 grow max-[1099px]:flex-col max-[1099px]:overflow-y-auto">
      {view.error && !view.data && <ErrorNote {...say(view.error)} onRetry={() => void view.refetch()} className="m-8" />}
      {!view.data && !view.error && <Skeleton rows={6} className="grow" />}
      {view.data && <Page view={view.data} title={<PageHead title={t('settings.priority')} text={t('priority.text')} />} />}
    </div>
  )
}

function Page({ view, title }: { view: ValueView; title: ReactNode }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayWrite = useMay('settings.write')
  const [typed, setTyped] = useState<Typed>({})
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const tried = useDeferredValue(typed)
  const { candidate, wrong } = candidateOf(tried, view)
  const isChanged = Object.keys(typed).length > 0
  const type = (field: string) => (text: string) => setTyped((old) => ({ ...old, [field]: text }))
  const save = async () => {
    setBusy(true)
    setProblem(null)
    try {
      client.setQueryData(valueQuery.queryKey, await api.put<ValueView>('/api/value', candidateOf(typed, view).candidate))
      setTyped({})
      notify({ text: t('priority.saved') })
      for (const queryKey of [keys.lists, keys.me, ['conversation'], ['topics'], ['workspace'], ['priceOfSlowness']]) void client.invalidateQueries({ queryKey })
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="min-w-0 grow overflow-y-auto outline-offset-[-2px] max-[1099px]:overflow-visible">
        <div className="mx-auto max-w-[680px] px-8 py-6 max-[719px]:px-4">
          {title}
          <Fields view={view} typed={typed} wrong={wrong} disabled={!mayWrite} type={type} />
        </div>
        {mayWrite && isChanged && (
          <div className="sticky bottom-0 border-t border-line bg-panel px-8 py-3 max-[719px]:px-4">
            {problem !== null && <ErrorNote {...say(problem)} className="mb-2" />}
            <div className="mx-auto flex max-w-[680px] items-center justify-end gap-2">
              <p className="min-w-0 grow text-secondary text-ink-3 max-[719px]:hidden">{t('priority.unsaved')}</p>
              <Button variant="plain" onClick={() => setTyped({})}>
                {t('priority.discard')}
              </Button>
              <Button variant="primary" busy={busy} disabled={wrong.size > 0} onClick={() => void save()}>
                {t('priority.save')}
              </Button>
            </div>
          </div>
        )}
      </div>
      {mayWrite && <PreviewList candidate={candidate} isChanged={isChanged} />}
    </>
  )
}

type FieldsProps = { view: ValueView; typed: Typed; wrong: ReadonlySet<string>; disabled: boolean; type: (field: string) => (text: string) => void }

function Fields({ view, typed, wrong, disabled, type }: FieldsProps) {
  const t = useT()
  const { value, defaults, sources, currency } = view
  const number = (name: NumberName, hint?: Key) => (
    <NumberField
      key={name}
      label={t(`number.${name}` as Key, { currency })}
      unit={t(`unit.${NUMBERS[name]}` as Key, { currency })}
      value={numberText(name, value[name]!, currency)}
      typed={typed[name]}
      source={sources[name]!}
      usual={numberText(name, defaults[name]!, currency)}
      hint={hint && t(hint)}
      wrong={wrong.has(name)}
      disabled={disabled}
      onType={type(name)}
    />
  )
  const free = (field: string, label: string, unit: string, now: number | null, usual: number | null, placeholder?: string, source?: Source) => (
    <NumberField
      key={field}
      label={label}
      unit={unit}
      value={now === null ? '' : shown(now)}
      typed={typed[field]}
      source={source ?? (now === null || now === usual ? 'assumption' : 'yours')}
      usual={usual === null ? null : shown(usual)}
      placeholder={placeholder}
      wrong={wrong.has(field)}
      disabled={disabled}
      onType={type(field)}
    />
  )
  const scale = 10 ** digitsOf(currency)
  const plans = [...new Set([...view.plans, ...Object.keys(value.plan_monthly_minor ?? {})])].toSorted()
  return (
    <>
      <Group title={t('priority.stake')} text={t('priority.stakeText')}>
        {number('default_monthly_minor')}
        {plans.map((plan) =>
          free(`plan:${plan}`, t('priority.plan', { plan }), t('unit.money', { currency }), value.plan_monthly_minor?.[plan] == null ? null : value.plan_monthly_minor[plan] / scale, null, '—'),
        )}
        {number('months')}
        {number('renewal_factor')}
        {number('renewal_share')}
        {number('renewal_days')}
        {number('vip_factor', 'priority.vipHint')}
        {number('tenure_years')}
        {number('tenure_factor')}
        {Object.entries(value.rates ?? {}).map(([code, rate]) => free(`rate:${code}`, t('priority.rate', { code, currency }), currency, rate, null))}
        <NewRate known={Object.keys(value.rates ?? {}).concat(currency)} disabled={disabled} onAdd={(code) => type(`rate:${code}`)('1')} />
        {Object.keys(typed)
          .filter((field) => field.startsWith('rate:') && !(field.slice(5) in (value.rates ?? {})))
          .map((field) => free(field, t('priority.rate', { code: field.slice(5), currency }), currency, null, null))}
      </Group>
      <Group title={t('priority.severity')} text={t('priority.severityText', { mean: shown(Number(view.severity_mean.toFixed(2))) })}>
        {value.severity_weights!.map((weight, level) => free(`severity:${level}`, t(`severity.${level}` as Key), t('unit.times'), weight, defaults.severity_weights![level]!))}
      </Group>
      <Group title={t('priority.leaving')} text={t('priority.leavingText')}>
        <CurveNote view={view} />
        {number('leave_once')}
        {number('leave_slowly')}
        {number('slow_half_s')}
      </Group>
      <Group title={t('priority.patience')} text={t('priority.patienceText')}>
        {view.channels.map((channel) => (
          <div key={channel.account_id}>
            {free(`patience:${channel.account_id}`, channel.name, t(patienceSize(channel) === 60 ? 'unit.minutes' : 'unit.hours'), channel.patience_s / patienceSize(channel), channel.channel === 'email' ? 7.4 : 2, undefined, channel.source)}
            {channel.away_patience_s !== null &&
              free(`away:${channel.account_id}`, t('priority.away', { name: channel.name }), t('unit.hours'), channel.away_patience_s / 3600, 7.4)}
          </div>
        ))}
      </Group>
      <Group title={t('priority.ahead')} text={t('priority.aheadText')}>
        {number('handle_s')}
        {view.topics.map((topic) =>
          free(
            `topic:${topic.topic_id}`, topic.name, t('unit.minutes'), topic.handle_s === null ? null : topic.handle_s / 60, null,
            shown((topic.learned_handle_s ?? value.handle_s!) / 60),
          ),
        )}
      </Group>
      <Group title={t('priority.order')} text={t('priority.orderText')}>
        {number('clock_share')}
        {number('reserved_every')}
        {number('limit_patience')}
        {number('limit_open_s')}
      </Group>
    </>
  )
}

function Group({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="mb-8">
      <h2 className="text-thread font-strong">{title}</h2>
      <p className="mt-0.5 mb-2 max-w-[64ch] text-secondary text-ink-3">{text}</p>
      <div className="divide-y divide-line border-y border-line">{children}</div>
    </section>
  )
}

function NewRate({ known, disabled, onAdd }: { known: readonly string[]; disabled: boolean; onAdd: (code: string) => void }) {
  const t = useT()
  if (disabled) return null
  const take = (form: FormData) => {
    const code = String(form.get('code')).trim().toUpperCase()
    if (/^[A-Z]{3}$/.test(code) && !known.includes(code)) onAdd(code)
  }
  return (
    <form action={take} className="flex items-center gap-2 py-1.5">
      <label className="flex min-w-0 grow items-center gap-3 text-ink-2">
        <span className="min-w-0 grow">{t('priority.newRate')}</span>
        <input name="code" maxLength={3} pattern="[A-Za-z]{3}" required placeholder="USD" className="h-8 w-24 rounded-control border border-line-strong bg-control px-2.5 text-right uppercase placeholder:text-ink-3" />
      </label>
      <Button type="submit" className="mr-[7.75rem] max-[719px]:mr-0">
        {t('priority.addRate')}
      </Button>
    </form>
  )
}
