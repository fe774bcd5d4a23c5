import { useQuery } from '@tanstack/react-query'
import { BookOpen, Lightbulb, MessageSquareQuote } from 'lucide-react'
import { useState } from 'react'
import { duration, locale, moment } from '../../shared/time'
import { api } from '../api/client'
import type { Page } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { useChange } from '../settings/parts'
import { Button } from '../ui/Button'
import { Field, Select } from '../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { blanksOf, cannedOf, textOf, withoutLetter } from './blanks'
import { CannedDialog } from './CannedDialog'
import { accountsQuery, cannedQuery, type Frequent, frequentQuery, reportQuery, type UseReport } from './queries'
import { Segments } from './Segments'

const PERIODS = [7, 30, 90] as const

/** Use of suggestions, the time they saved, and what could be a canned reply or an article. */
export default function SuggestionsPage() {
  const t = useT()
  const say = useProblemText()
  const [days, setDays] = useState<number>(30)
  const answer = useQuery(reportQuery(days))
  const report = answer.data
  return (
    <>
      <header className="flex items-start gap-4 max-[719px]:flex-col">
        <div className="min-w-0 grow">
          <h1 className="text-title font-strong">{t('suggest.title')}</h1>
          <p className="mt-1 max-w-[72ch] text-ink-2">{t('suggest.pageText')}</p>
        </div>
        <Field label={t('suggest.days')}>
          {(control) => (
            <Select {...control} value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {PERIODS.map((n) => (
                <option key={n} value={n}>
                  {t('suggest.lastDays', { n })}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </header>
      {answer.error && <ErrorNote {...say(answer.error)} onRetry={() => void answer.refetch()} className="mt-4" />}
      {answer.isPending && <Skeleton rows={4} />}
      {report && report.total.offered === 0 && <Empty icon={Lightbulb} title={t('suggest.emptyTitle')} text={t('suggest.emptyText')} />}
      {report && report.total.offered > 0 && <Figures report={report} />}
      {report && report.articles.length > 0 && <ArticleUse rows={report.articles} />}
      <FrequentReplies />
    </>
  )
}

function Figures({ report }: { report: UseReport }) {
  const t = useT()
  const language = useLanguage()
  const { total, before, definition } = report
  const number = new Intl.NumberFormat(locale(language), { maximumFractionDigits: 1 })
  const share = (part: number, of: number) => (of === 0 ? '–' : new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 0 }).format(part / of))
  const time = (seconds: number) => (seconds < 0 ? '−' : '') + duration(Math.abs(seconds), language)
  const cards = [
    { key: 'saved', value: time(total.saved_s), text: t('suggest.savedBefore', { time: time(before.saved_s) }) },
    { key: 'used', value: share(total.used, total.offered), text: t('suggest.usedOf', { n: total.used, of: total.offered }) },
    { key: 'asIs', value: share(total.as_is, total.used), text: t('suggest.asIsText', { n: total.edited }) },
    { key: 'kept', value: total.kept === null ? '–' : share(total.kept, 1), text: t('suggest.keptText') },
  ] as const
  return (
    <>
      <dl className="mt-6 grid grid-cols-[repeat(auto-fit,minmax(200px,1fr))] gap-3 max-[719px]:grid-cols-2">
        {cards.map(({ key, value, text }) => (
          <div key={key} className="rounded-card border border-line p-4">
            <dt className="text-secondary font-medium text-ink-2">{t(`suggest.${key}`)}</dt>
            <dd className="tabular mt-1 text-figure leading-9 font-strong tracking-tight max-[719px]:text-[22px]">{value}</dd>
            <dd className="text-secondary text-ink-3">{text}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 max-w-[88ch] text-secondary text-ink-3">
        {t('suggest.definition', { speed: number.format(definition.typed_per_s!), used: number.format(definition.read_used_s!), ignored: number.format(definition.read_ignored_s!) })}
      </p>
      <ByDay report={report} />
      <div className="mt-8 grid grid-cols-2 gap-8 max-[1023px]:grid-cols-1">
        <Table title={t('suggest.byAgent')} head={t('suggest.person')} rows={report.by_agent} time={time} />
        <Table title={t('suggest.byAccount')} head={t('suggest.account')} rows={report.by_account} time={time} />
      </div>
    </>
  )
}

/** A bar a day: in view, and of these used. */
function ByDay({ report }: { report: UseReport }) {
  const t = useT()
  const language = useLanguage()
  const most = Math.max(1, ...report.by_day.map((day) => day.offered))
  const dayName = new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const said = (day: UseReport['by_day'][number]) => t('suggest.dayCell', { day: dayName.format(new Date(`${day.day}T12:00Z`)), used: day.used, offered: day.offered })
  const [first, last] = [report.by_day[0]!, report.by_day.at(-1)!]
  return (
    <section className="mt-8">
      <h2 className="text-thread font-strong">{t('suggest.byDay')}</h2>
      <ol className="mt-2 flex h-24 items-end gap-0.5 border-b border-line">
        {report.by_day.map((day) => (
          <li key={day.day} title={said(day)} className="flex h-full min-w-0 grow flex-col justify-end">
            <span className="sr-only">{said(day)}</span>
            <span aria-hidden className="flex flex-col justify-end rounded-t-[2px] bg-line" style={{ height: `${(100 * day.offered) / most}%` }}>
              <span className="rounded-t-[2px] bg-accent" style={{ height: `${day.offered ? (100 * day.used) / day.offered : 0}%` }} />
            </span>
          </li>
        ))}
      </ol>
      <p className="tabular mt-1 flex justify-between text-[12px] text-ink-3">
        <span>{dayName.format(new Date(`${first.day}T12:00Z`))}</span>
        <span>{dayName.format(new Date(`${last.day}T12:00Z`))}</span>
      </p>
    </section>
  )
}

function Table({ title, head, rows, time }: { title: string; head: string; rows: UseReport['by_agent']; time: (seconds: number) => string }) {
  const t = useT()
  return (
    <section>
      <h2 className="text-thread font-strong">{title}</h2>
      <table className="tabular mt-2 w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-secondary text-ink-3">
            <th className="py-1.5 font-medium">{head}</th>
            <th className="py-1.5 text-right font-medium">{t('suggest.repliesColumn')}</th>
            <th className="py-1.5 text-right font-medium">{t('suggest.used')}</th>
            <th className="py-1.5 text-right font-medium">{t('suggest.saved')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="border-b border-line">
              <th scope="row" className="max-w-56 truncate py-1.5 pr-3 font-regular">
                {row.name}
              </th>
              <td className="py-1.5 text-right">{row.offered}</td>
              <td className="py-1.5 text-right">{row.used}</td>
              <td className="py-1.5 text-right">{time(row.saved_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** What became of articles that stood beside the replies. */
function ArticleUse({ rows }: { rows: UseReport['articles'] }) {
  const t = useT()
  const columns = ['shown', 'linked', 'quoted', 'opened'] as const
  return (
    <section className="mt-8">
      <h2 className="text-thread font-strong">{t('suggest.byArticle')}</h2>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('suggest.byArticleText')}</p>
      <div className="overflow-x-auto">
        <table className="tabular mt-2 w-full border-collapse text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <th className="py-1.5 font-medium">{t('suggest.article')}</th>
              {columns.map((one) => (
                <th key={one} className="py-1.5 pl-3 text-right font-medium">
                  {t(`suggest.articles.${one}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.id}${row.language}`} className="border-b border-line">
                <th scope="row" lang={row.language} className="max-w-72 truncate py-1.5 pr-3 font-regular max-[719px]:max-w-40">
                  <a href={`/articles/edit/${row.id}`} className="text-ink no-underline hover:underline">
                    {row.title}
                  </a>
                </th>
                {columns.map((one) => (
                  <td key={one} className="py-1.5 pl-3 text-right">
                    {row[one]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function FrequentReplies() {
  const t = useT()
  const accounts = useQuery(accountsQuery)
  const [chosen, setChosen] = useState<number | null>(null)
  const account = chosen ?? accounts.data?.toSorted((a, b) => b.learned - a.learned)[0]?.id ?? null
  const frequent = useQuery({ ...frequentQuery(account ?? 0), enabled: account !== null })
  return (
    <section className="mt-10">
      <div className="flex items-end gap-4 max-[719px]:flex-col max-[719px]:items-stretch">
        <div className="min-w-0 grow">
          <h2 className="text-thread font-strong">{t('suggest.frequent')}</h2>
          <p className="mt-1 max-w-[72ch] text-ink-2">{t('suggest.frequentText')}</p>
        </div>
        {(accounts.data?.length ?? 0) > 1 && (
          <Select aria-label={t('suggest.account')} value={account ?? ''} onChange={(event) => setChosen(Number(event.target.value))} className="max-w-64">
            {accounts.data!.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
      </div>
      {account === null && accounts.data && <p className="mt-3 text-ink-3">{t('suggest.noAccount')}</p>}
      {frequent.isLoading && <Skeleton rows={3} />}
      {frequent.data?.length === 0 && <p className="mt-3 text-ink-3">{t('suggest.frequentEmpty')}</p>}
      {frequent.data && frequent.data.length > 0 && (
        <ul className="mt-3 flex flex-col gap-3">
          {frequent.data.map((one, index) => (
            <FrequentRow key={index} one={one} />
          ))}
        </ul>
      )}
    </section>
  )
}

function FrequentRow({ one }: { one: Frequent }) {
  const t = useT()
  const language = useLanguage()
  const change = useChange([cannedQuery.queryKey])
  const mayWrite = useMay('suggestions.write')
  const mayArticle = useMay('help.write')
  const [saving, setSaving] = useState(false)
  const text = textOf(one.segments, t)
  const article = () =>
    void change(async () => {
      const [centre] = (await api.get<Page<{ id: number }>>('/api/help/centres')).items
      if (!centre) return void notify({ text: t('suggest.noCentre') })
      const body = withoutLetter(text)
      const made = await api.post<{ id: number }>('/api/help/articles', { centre_id: centre.id, source: { type: 'reply', title: titleOf(one.question, body), text: body } })
      notify({ text: t('suggest.articleMade'), action: { label: t('suggest.openArticle'), run: () => location.assign(`/articles/edit/${made.id}`) } })
    })
  return (
    <li className="rounded-card border border-line p-4">
      <p className="line-clamp-6 max-w-[80ch] whitespace-pre-wrap">
        <Segments segments={one.segments} />
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <p className="tabular grow text-secondary text-ink-3">
          {t('suggest.sent', { n: one.sent, customers: one.customers })} · {moment(one.last_at, Date.now(), language)}
        </p>
        {mayWrite && (
          <Button onClick={() => setSaving(true)}>
            <MessageSquareQuote size={15} aria-hidden />
            {t('suggest.toCanned')}
          </Button>
        )}
        {mayArticle && (
          <Button onClick={article}>
            <BookOpen size={15} aria-hidden />
            {t('suggest.toArticle')}
          </Button>
        )}
      </div>
      {saving && <CannedDialog name={one.question.slice(0, 80)} text={cannedOf(one.segments)} onClose={() => setSaving(false)} />}
    </li>
  )
}

/** What the draft is called: the question, else the first line that says something and has no blank. */
function titleOf(question: string, text: string): string {
  const line = text.split(/\n|(?<=[.!?])\s/).find((one) => one.trim().length > 15 && blanksOf(one).length === 0)
  return (question || line || '').trim().slice(0, 100)
}
