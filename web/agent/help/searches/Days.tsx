import { useState } from 'react'
import { locale } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { languageName } from '../names'
import type { SearchReport } from './types'

/** Day by day: searches that ended with an article in full, those without one hatched; weeks when the days are many. */
export function Days({ report }: { report: SearchReport }) {
  const t = useT()
  const ui = useLanguage()
  const [shown, setShown] = useState<number | null>(null)
  const steps = inSteps(report.days)
  const most = Math.max(1, ...steps.map((one) => one.runs))
  const date = (text: string) => new Intl.DateTimeFormat(locale(ui), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${text}T12:00Z`))
  const number = (value: number | null) => (value === null ? '–' : new Intl.NumberFormat(locale(ui), { maximumFractionDigits: 2 }).format(value))
  const one = shown === null ? null : steps[shown]
  return (
    <section aria-labelledby="search-days" className="rounded-card border border-line p-5">
      <h2 id="search-days" className="font-strong">
        {t('searches.perDay')}
      </h2>
      <p className="tabular h-5 text-secondary text-ink-3">{one ? t('searches.dayText', { day: date(one.date), runs: one.runs, found: one.found, mean: number(one.mean) }) : t('searches.perDayText')}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the table below says the same to everybody */}
      <div role="img" aria-label={t('searches.perDay')} className="mt-3 flex h-32 items-end gap-px border-b border-line" onMouseLeave={() => setShown(null)}>
        {steps.map((step, index) => (
          <span key={step.date} onMouseEnter={() => setShown(index)} className="flex h-full min-w-0 grow flex-col justify-end hover:bg-hover">
            <span className="hatched border-0!" style={{ height: `${(100 * (step.runs - step.found)) / most}%` }} />
            <span className="bg-accent" style={{ height: `${(100 * step.found) / most}%` }} />
          </span>
        ))}
      </div>
      <p className="tabular mt-1 flex justify-between text-[12px] text-ink-3">
        <span>{steps[0] && date(steps[0].date)}</span>
        <span>{steps.length > 1 && date(steps.at(-1)!.date)}</span>
      </p>
      {report.languages.length > 1 && (
        <table className="tabular mt-4 w-full text-left text-secondary">
          <thead>
            <tr className="border-b border-line text-ink-3">
              <th className="py-1 font-medium">{t('articles.language')}</th>
              <th className="py-1 text-right font-medium">{t('searches.runs')}</th>
              <th className="py-1 text-right font-medium">{t('searches.found')}</th>
              <th className="py-1 text-right font-medium">{t('searches.until')}</th>
            </tr>
          </thead>
          <tbody>
            {report.languages.map((row) => (
              <tr key={row.language} className="border-b border-line">
                <th scope="row" className="py-1 font-regular">
                  {languageName(row.language, ui)}
                </th>
                <td className="py-1 text-right">{row.runs}</td>
                <td className="py-1 text-right">{row.found}</td>
                <td className="py-1 text-right">{number(row.mean)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

type Step = { date: string; runs: number; found: number; mean: number | null }

/** Days, or weeks where more than two months would be lines too thin to see. Means are weighed by what was found. */
export function inSteps(days: SearchReport['days']): Step[] {
  if (days.length <= 62) return days.map(({ date, runs, found, mean }) => ({ date, runs, found, mean }))
  const weeks: Step[] = []
  for (let at = 0; at < days.length; at += 7) {
    const week = days.slice(at, at + 7)
    const found = week.reduce((sum, one) => sum + one.found, 0)
    const total = week.reduce((sum, one) => sum + (one.mean ?? 0) * one.found, 0)
    weeks.push({ date: week[0]!.date, runs: week.reduce((sum, one) => sum + one.runs, 0), found, mean: found === 0 ? null : total / found })
  }
  return weeks
}
