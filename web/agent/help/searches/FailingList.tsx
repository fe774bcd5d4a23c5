import { locale } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { languageName } from '../names'
import { openArticle } from '../useNewArticle'
import type { Failing } from './types'

const COLUMNS = ['opened', 'not_helped', 'searched_again', 'contacted'] as const

/** Articles people open and leave unhelped: said so, searched on, or wrote to us. */
export function FailingList({ items }: { items: readonly Failing[] }) {
  const t = useT()
  const ui = useLanguage()
  const percent = (value: number | null) => (value === null ? '–' : new Intl.NumberFormat(locale(ui), { style: 'percent', maximumFractionDigits: 0 }).format(value))
  const bad = items.filter((one) => (one.failed_share ?? 0) > 0)
  if (bad.length === 0) return null
  return (
    <section aria-labelledby="failing" className="mt-8">
      <h2 id="failing" className="font-strong">
        {t('failing.title')}
      </h2>
      <p className="max-w-[72ch] text-secondary text-ink-3">{t('failing.text')}</p>
      <div className="mt-2 overflow-x-auto">
        <table className="tabular w-full border-collapse text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <th className="py-1.5 font-medium">{t('failing.article')}</th>
              <th className="py-1.5 text-right font-medium">{t('failing.share')}</th>
              <th className="w-[18%] max-[719px]:hidden" aria-hidden />
              {COLUMNS.map((name) => (
                <th key={name} className="py-1.5 pl-3 text-right font-medium max-[719px]:hidden">
                  {t(`failing.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bad.map((one) => (
              <tr key={`${one.article_id}${one.language}`} className="border-b border-line hover:bg-panel">
                <th scope="row" className="max-w-80 py-1.5 pr-3 font-regular">
                  <button type="button" onClick={() => openArticle(one.article_id, one.language)} className="min-h-6 max-w-full truncate rounded-control text-left font-medium underline-offset-3 hover:underline">
                    {one.title || t('articles.untitled')}
                  </button>
                  <span className="block text-secondary text-ink-3">{languageName(one.language, ui)}</span>
                </th>
                <td className="py-1.5 text-right font-medium">{percent(one.failed_share)}</td>
                <td className="py-1.5 pl-3 max-[719px]:hidden" aria-hidden>
                  <span className="block h-2.5 rounded-[3px] bg-accent" style={{ width: `${100 * (one.failed_share ?? 0)}%` }} />
                </td>
                {COLUMNS.map((name) => (
                  <td key={name} className="py-1.5 pl-3 text-right max-[719px]:hidden">
                    {one[name]}
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
