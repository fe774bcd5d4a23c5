import { locale, shortDuration } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import type { Channel, Staffing } from './queries'

/** What the plan rests on, channel by channel: how much came and is expected, what it takes, and how far forecasts were off. */
export function Channels({ plan }: { plan: Staffing }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language), { maximumFractionDigits: 0 })
  const share = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 })
  const off = (value: number | null) => (value === null ? '–' : share.format(value))
  const rows: readonly [label: string, value: (channel: Channel) => string, hint?: (channel: Channel) => string][] = [
    [t('staffing.arrivedRow'), (c) => number.format(c.arrived_last_week)],
    [t('staffing.expectedRow'), (c) => number.format(c.expected)],
    [t('staffing.promiseRow'), (c) => shortDuration(c.promise_s, language)],
    [t('staffing.workRow'), (c) => shortDuration(c.work_s, language), (c) => (c.measured > 0 ? t('staffing.measured', { n: c.measured }) : t('staffing.assumed'))],
    [t('staffing.offRow'), (c) => off(c.wape), (c) => (c.wape === null ? t('staffing.notTested') : t('staffing.tested', { n: c.days_tested, other: off(c.wape_last_week) }))],
    [t('staffing.insideRow'), (c) => off(c.inside)],
  ]
  return (
    <section aria-label={t('staffing.basis')} className="mt-6 mb-6 rounded-card border border-line p-5 max-[719px]:p-4">
      <h2 className="text-thread font-strong">{t('staffing.basis')}</h2>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('staffing.basisText', { n: plan.history_days })}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-3 overflow-x-auto" tabIndex={0} role="group" aria-label={t('staffing.basis')}>
        <table className="tabular w-full text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <td aria-hidden />
              {plan.channels.map((channel) => (
                <th key={channel.channel} scope="col" className="px-3 py-2 font-medium">
                  {t(`staffing.channel.${channel.channel}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, value, hint]) => (
              <tr key={label} className="border-b border-line last:border-0">
                <th scope="row" className="py-2 pr-3 font-regular text-ink-2">
                  {label}
                </th>
                {plan.channels.map((channel) => (
                  <td key={channel.channel} className="px-3 py-2">
                    {value(channel)}
                    {hint && <span className="block text-secondary text-ink-3">{hint(channel)}</span>}
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
