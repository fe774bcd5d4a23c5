import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Upload } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { locale } from '../../shared/time'
import { api } from '../api/client'
import type { ChurnView, TakenOutcomes, ValueView } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { ErrorNote } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { Curve } from './Curve'

const KEY = ['churn']

/** The workspace's own outcomes: taken from a file, fitted, looked at beside the default, and used once somebody says so. */
export function Churn({ view }: { view: ValueView }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayWrite = useMay('settings.write')
  const churn = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<ChurnView>('/api/prices/churn', undefined, signal) })
  const [problem, setProblem] = useState<unknown>(null)
  const [taken, setTaken] = useState<TakenOutcomes | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const run = async (what: string, act: () => Promise<unknown>, after: 'churn' | 'all' = 'churn') => {
    setBusy(what)
    setProblem(null)
    try {
      await act()
      await client.invalidateQueries(after === 'churn' ? { queryKey: KEY } : undefined)
    } catch (error) {
      setProblem(error)
    }
    setBusy(null)
  }
  const take = (chosen: File) =>
    run('take', async () => {
      const answer = await api.post<TakenOutcomes>('/api/prices/churn/outcomes', { csv: await chosen.text() })
      setTaken(answer)
      notify({ text: t('churn.taken', { n: answer.taken }) })
    })
  const { data } = churn
  if (!data) return churn.error ? <ErrorNote {...say(churn.error)} className="mt-8" /> : null
  const enough = data.outcomes >= data.needed
  return (
    <section aria-label={t('churn.title')} className="mt-8">
      <h2 className="text-thread font-strong">{t('churn.title')}</h2>
      <p className="mt-0.5 max-w-[72ch] text-secondary text-ink-3">{t('churn.text')}</p>
      <p className="mt-2 max-w-[72ch]">
        {data.outcomes === 0 ? t('churn.none', { needed: data.needed }) : enough ? t('churn.enough', { n: data.outcomes, left: data.left }) : t('churn.few', { n: data.outcomes, needed: data.needed })}{' '}
        <strong className="font-medium">{t(data.in_use ? 'churn.usesOwn' : 'churn.usesDefault')}</strong>
      </p>
      {problem !== null && <ErrorNote {...say(problem)} className="mt-2" />}
      {mayWrite && (
        <div className="mt-3 flex flex-wrap gap-2">
          <input
            ref={file}
            type="file"
            accept=".csv,text/csv"
            aria-label={t('churn.choose')}
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              const chosen = event.target.files?.[0]
              event.target.value = ''
              if (chosen) void take(chosen)
            }}
          />
          <Button busy={busy === 'take'} onClick={() => file.current?.click()}>
            <Upload size={15} aria-hidden />
            {t('churn.choose')}
          </Button>
          {enough && (
            <Button busy={busy === 'fit'} variant={data.fit ? 'quiet' : 'primary'} onClick={() => void run('fit', () => api.post('/api/prices/churn/fit'))}>
              {t(data.fit ? 'churn.fitAgain' : 'churn.fit')}
            </Button>
          )}
          {data.fit && (
            <Button busy={busy === 'use'} variant={data.in_use ? 'quiet' : 'primary'} onClick={() => void run('use', () => api.put('/api/prices/churn/curve', { own: !data.in_use }), 'all')}>
              {t(data.in_use ? 'churn.useDefault' : 'churn.useOwn')}
            </Button>
          )}
          {data.outcomes > 0 && (
            <Button variant="plain" busy={busy === 'forget'} onClick={() => void run('forget', () => api.delete('/api/prices/churn/outcomes'), 'all')}>
              {t('churn.forget')}
            </Button>
          )}
        </div>
      )}
      {mayWrite && <p className="mt-2 max-w-[72ch] text-secondary text-ink-3">{t('churn.format')}</p>}
      {taken && taken.refused > 0 && <Refused taken={taken} />}
      {data.fit && <FitCard fit={data.fit} mailHours={(view.channels.find((channel) => channel.channel === 'email')?.patience_s ?? 26_640) / 3600} />}
    </section>
  )
}

function Refused({ taken }: { taken: TakenOutcomes }) {
  const t = useT()
  return (
    <div className="mt-3 rounded-card border border-line p-3">
      <p className="font-medium">{t('churn.refused', { n: taken.refused })}</p>
      <ul className="mt-1 max-h-60 overflow-y-auto text-secondary text-ink-2">
        {taken.problems.map((problem) => (
          <li key={problem.line} className="flex gap-3">
            <span className="tabular w-20 shrink-0 text-ink-3">{t('churn.line', { n: problem.line })}</span>
            {problem.text}
          </li>
        ))}
      </ul>
    </div>
  )
}

function FitCard({ fit, mailHours }: { fit: NonNullable<ChurnView['fit']>; mailHours: number }) {
  const t = useT()
  const language = useLanguage()
  const percent = (share: number) => new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(share)
  const number = (value: number) => new Intl.NumberFormat(locale(language), { maximumFractionDigits: 1 }).format(value)
  const fact = (name: string, value: ReactNode, band: string) => (
    <div>
      <dt className="text-secondary text-ink-3">{name}</dt>
      <dd className="tabular">
        <strong className="text-title font-strong">{value}</strong> <span className="text-secondary text-ink-3">{band}</span>
      </dd>
    </div>
  )
  return (
    <div className="mt-4 rounded-card border border-line p-4">
      <dl className="flex flex-wrap gap-x-10 gap-y-3">
        {fact(t('churn.ceiling'), percent(fit.ceiling), t('churn.band', { low: percent(fit.ceiling_low), high: percent(fit.ceiling_high) }))}
        {fact(t('churn.shape'), number(fit.shape), t('churn.band', { low: number(fit.shape_low), high: number(fit.shape_high) }))}
        {fact(t('churn.base'), percent(fit.base), t('churn.baseText'))}
      </dl>
      <Curve fit={fit} mailHours={mailHours} />
      <p className="mt-2 max-w-[80ch] text-secondary text-ink-2">
        {fit.adjusted.length === 0
          ? t('churn.association')
          : t('churn.adjusted', { for: fit.adjusted.map((one) => t(one === 'topic' ? 'case.topic' : 'case.severity').toLocaleLowerCase(language)).join(', ') })}{' '}
        {t('churn.dots')}
      </p>
    </div>
  )
}
