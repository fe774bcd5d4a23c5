import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import type { Understanding } from './queries'
import { useShare } from './words'

/** Whether what customers write about is still what was learned: by week, and the topics that moved most. */
export function Drift({ page }: { page: Understanding }) {
  const t = useT()
  const language = useLanguage()
  const share = useShare()
  const day = new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const moved = page.topics.filter((one) => one.trained > 0 || one.now > 0).slice(0, 8)
  return (
    <section className="mt-8 mb-6">
      <h2 className="text-thread font-strong">{t('understanding.drift')}</h2>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('understanding.driftText')}</p>
      {page.weeks.length === 0 ? (
        <p className="mt-2 text-ink-3">{t('understanding.noDrift')}</p>
      ) : (
        <div className="mt-2 grid grid-cols-2 gap-8 max-[1023px]:grid-cols-1">
          <table className="tabular h-fit w-full border-collapse text-left">
            <thead>
              <tr className="border-b border-line text-secondary text-ink-3">
                <th className="py-1.5 font-medium">{t('understanding.week')}</th>
                <th className="py-1.5 text-right font-medium">{t('understanding.messages')}</th>
                <th className="py-1.5 text-right font-medium">{t('understanding.unknownTopic')}</th>
                <th className="py-1.5 text-right font-medium">{t('understanding.moved')}</th>
              </tr>
            </thead>
            <tbody>
              {page.weeks.map((week) => (
                <tr key={week.week} className="border-b border-line">
                  <th scope="row" className="py-1.5 font-regular">
                    {day.format(new Date(week.week))}
                  </th>
                  <td className="py-1.5 text-right">{week.messages}</td>
                  <td className="py-1.5 text-right">{share(week.unknown)}</td>
                  <td className="py-1.5 text-right">{share(week.moved)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {moved.length > 0 && (
            <table className="tabular h-fit w-full border-collapse text-left">
              <thead>
                <tr className="border-b border-line text-secondary text-ink-3">
                  <th className="py-1.5 font-medium">{t('understood.topic')}</th>
                  <th className="py-1.5 text-right font-medium">{t('understanding.trained')}</th>
                  <th className="py-1.5 text-right font-medium">{t('understanding.lastMonth')}</th>
                </tr>
              </thead>
              <tbody>
                {moved.map((one) => (
                  <tr key={one.topic_id} className="border-b border-line">
                    <th scope="row" className="max-w-56 truncate py-1.5 pr-3 font-regular">
                      {one.label}
                    </th>
                    <td className="py-1.5 text-right">{share(one.trained)}</td>
                    <td className="py-1.5 text-right">{share(one.now)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </section>
  )
}
