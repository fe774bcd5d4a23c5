import { locale } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { navigate } from '../../app/router'
import { Button } from '../../ui/Button'
import type { Deflection } from './types'

/** What articles save, measured: visitors who were shown them against a share who were not, with the band of chance. */
export function DeflectionCard({ deflection }: { deflection: Deflection }) {
  const t = useT()
  const ui = useLanguage()
  const mayChange = useMay('help.publish')
  const { shown, held, low, high } = deflection
  const percent = (value: number | null) => (value === null ? '–' : new Intl.NumberFormat(locale(ui), { style: 'percent', maximumFractionDigits: 1 }).format(value))
  const number = (value: number) => new Intl.NumberFormat(locale(ui), { maximumFractionDigits: 0 }).format(value)
  const top = Math.max(shown.share ?? 0, held.share ?? 0, 0.01)
  const isMeasured = shown.share !== null && held.share !== null
  const isSure = low !== null && high !== null && (low > 0 || high < 0)
  return (
    <section aria-labelledby="deflection" className="rounded-card border border-line p-5">
      <h2 id="deflection" className="font-strong">
        {t('deflection.title')}
      </h2>
      {!isMeasured ? (
        <>
          <p className="mt-1 text-secondary text-ink-3">{t(deflection.holdout_percent === 0 ? 'deflection.off' : 'deflection.wait', { percent: deflection.holdout_percent })}</p>
          {deflection.holdout_percent === 0 && mayChange && (
            <Button className="mt-3" onClick={() => navigate({ page: 'articles', section: 'settings', item: null }, { search: '' })}>
              {t('deflection.begin')}
            </Button>
          )}
        </>
      ) : (
        <>
          <p className="tabular mt-1 text-figure leading-9 font-strong tracking-tight">
            {deflection.saved === null ? '–' : t('deflection.saved', { n: number(deflection.saved) })}
          </p>
          {deflection.saved_low !== null && deflection.saved_high !== null && (
            <p className="tabular text-secondary text-ink-3">{t('deflection.band', { low: number(deflection.saved_low), high: number(deflection.saved_high) })}</p>
          )}
          <dl className="mt-4 flex flex-col gap-3">
            {([['shown', shown], ['held', held]] as const).map(([key, group]) => (
              <div key={key}>
                <dt className="flex justify-between gap-2 text-secondary">
                  <span className="text-ink-2">{t(`deflection.${key}`)}</span>
                  <span className="tabular text-ink-3">{t('deflection.of', { n: group.contacted, of: group.visitors })}</span>
                </dt>
                <dd className="mt-1 flex items-center gap-2">
                  <span className="h-3 min-w-0 grow rounded-[3px] bg-line" aria-hidden>
                    <span className={`block h-3 rounded-[3px] ${key === 'shown' ? 'bg-accent' : 'hatched border-0!'}`} style={{ width: `${(100 * (group.share ?? 0)) / top}%` }} />
                  </span>
                  <span className="tabular w-16 shrink-0 text-right font-medium">{percent(group.share)}</span>
                </dd>
              </div>
            ))}
          </dl>
          <p className="tabular mt-4 text-secondary text-ink-3">
            {t('deflection.difference', { value: percent(deflection.difference), low: percent(low), high: percent(high) })} {t(isSure ? 'deflection.sure' : 'deflection.unsure')}
          </p>
        </>
      )}
    </section>
  )
}
