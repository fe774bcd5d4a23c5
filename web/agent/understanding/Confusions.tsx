import { useT } from '../app/i18n'
import type { TaskReport } from './queries'
import { useShare, useValueName } from './words'

/** What was taken for what: a row per label as people gave it, a column per label as it was read. */
export function Confusions({ report }: { report: TaskReport }) {
  const t = useT()
  const share = useShare()
  const value = useValueName()
  const shown = report.labels.slice(0, report.matrix.length)
  const name = (index: number) => value(report.task, shown[index]?.value, shown[index]?.label)
  return (
    <section className="mt-8">
      <h2 className="text-thread font-strong">{t('understanding.confusions', { task: t(`understood.${report.task}`) })}</h2>
      <p className="mt-1 max-w-[72ch] text-secondary text-ink-3">{t('understanding.confusionsText')}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="mt-2 overflow-x-auto" role="region" aria-label={t('understanding.confusions', { task: t(`understood.${report.task}`) })} tabIndex={0}>
        <table className="tabular border-collapse text-secondary">
          <thead>
            <tr>
              <th className="sticky left-0 bg-paper py-1.5 pr-3 text-left font-medium text-ink-3">{t('understanding.given')}</th>
              {shown.map((_, index) => (
                <th key={index} scope="col" className="max-w-24 min-w-14 truncate px-1 py-1.5 font-medium text-ink-3" title={name(index)}>
                  {name(index)}
                </th>
              ))}
              <th scope="col" className="min-w-14 px-1 py-1.5 font-medium text-ink-3">
                {t('understanding.notKnown')}
              </th>
              <th scope="col" className="px-3 py-1.5 text-right font-medium text-ink-3">
                {t('understanding.found')}
              </th>
            </tr>
          </thead>
          <tbody>
            {report.matrix.map((row, index) => {
              const most = Math.max(1, shown[index]!.examples)
              return (
                <tr key={index}>
                  <th scope="row" className="sticky left-0 max-w-56 truncate bg-paper py-0.5 pr-3 text-left font-regular" title={name(index)}>
                    {name(index)}
                  </th>
                  {row.map((count, column) => (
                    <td key={column} className="p-0.5">
                      <span
                        className={`block rounded-[4px] px-2 py-1 text-center ${count === 0 ? 'text-ink-3' : 'text-ink'}`}
                        style={count > 0 ? { background: `color-mix(in oklab, var(${column === index ? '--done-soft' : '--wrong-soft'}) ${Math.round(30 + (70 * count) / most)}%, transparent)` } : undefined}
                      >
                        {count === 0 ? '·' : count}
                      </span>
                    </td>
                  ))}
                  <td className="px-3 text-right">{share(shown[index]!.found)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {report.left_out && report.left_out.length > 0 && <p className="mt-2 text-secondary text-ink-3">{t('understanding.leftOut', { names: report.left_out.map((id) => value(report.task, id)).join(', ') })}</p>}
    </section>
  )
}
