import { useState } from 'react'
import { useLanguage, useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { languageName } from '../names'
import type { Centre } from '../types'
import type { SearchReport } from './types'

const SHOWN = 15
const COLUMNS = ['times', 'results', 'opened', 'found', 'contacted'] as const

/** The most frequent searches and what came of them; each opens the result page readers get. */
export function QueryTable({ report, centre }: { report: SearchReport; centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const [all, setAll] = useState(false)
  const { queries } = report
  if (queries.length === 0) return null
  const address = (query: string, language: string) => `/help/${centre.slug}/${centre.languages.includes(language) ? language : centre.languages[0]}/search?q=${encodeURIComponent(query)}`
  return (
    <section aria-labelledby="queries" className="mt-8">
      <h2 id="queries" className="font-strong">
        {t('queries.title')}
      </h2>
      <div className="mt-2 overflow-x-auto">
        <table className="tabular w-full border-collapse text-left">
          <thead>
            <tr className="border-b border-line text-secondary text-ink-3">
              <th className="py-1.5 font-medium">{t('queries.query')}</th>
              {COLUMNS.map((name) => (
                <th key={name} className={`py-1.5 pl-3 text-right font-medium ${name === 'results' || name === 'opened' ? 'max-[719px]:hidden' : ''}`}>
                  {t(`queries.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {queries.slice(0, all ? undefined : SHOWN).map((row) => (
              <tr key={`${row.language}${row.query}`} className="border-b border-line hover:bg-panel">
                <th scope="row" className="max-w-96 py-1.5 pr-3 font-regular">
                  <a href={address(row.query, row.language)} target="_blank" rel="noreferrer" lang={row.language} className="block truncate text-ink no-underline hover:underline">
                    {row.query}
                  </a>
                  <span className="block text-secondary text-ink-3">{languageName(row.language, ui)}</span>
                </th>
                {COLUMNS.map((name) => (
                  <td key={name} className={`py-1.5 pl-3 text-right ${name === 'results' || name === 'opened' ? 'max-[719px]:hidden' : ''} ${name === 'found' && row.found === 0 ? 'text-ink-3' : ''}`}>
                    {row[name]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && queries.length > SHOWN && (
        <Button variant="plain" onClick={() => setAll(true)} className="mt-2">
          {t('reports.showAll', { n: queries.length })}
        </Button>
      )}
    </section>
  )
}
