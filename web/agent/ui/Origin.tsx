import { CircleHelp, ShieldAlert, ShieldCheck } from 'lucide-react'
import type { Authentication } from '../api/types'
import { type Key, useT } from '../app/i18n'

const VERDICTS = {
  proven: { icon: ShieldCheck, tone: 'text-done' },
  forged: { icon: ShieldAlert, tone: 'text-wrong' },
  unknown: { icon: CircleHelp, tone: 'text-ink-3' },
}
/** The results RFC 8601 knows that have words of their own. */
const KNOWN = ['pass', 'fail', 'softfail', 'neutral', 'none', 'policy', 'temperror', 'permerror']

/** Whether a mail comes from whom it says: the verdict, then what each check found and about which domain. */
export function Origin({ checked }: { checked: Authentication }) {
  const t = useT()
  const { icon: Icon, tone } = VERDICTS[checked.verdict]
  return (
    <div className="flex flex-col gap-1">
      <p className="flex items-start gap-1.5 text-ink">
        <Icon size={15} className={`mt-0.5 shrink-0 ${tone}`} aria-hidden />
        <span className="min-w-0">{t(`origin.${checked.verdict}`)}</span>
      </p>
      {(checked.results ?? []).length > 0 && (
        <ul aria-label={t('origin.checks')} className="flex flex-col gap-0.5 pl-[21px]">
          {(checked.results ?? []).map((one, index) => (
            <li key={`${one.method}${index}`} className="flex flex-wrap items-baseline gap-x-2" title={one.reason || undefined}>
              <span className="w-14 shrink-0 font-medium text-ink-2">{one.method.toUpperCase()}</span>
              <span className={one.result === 'pass' ? 'text-done' : one.result === 'fail' ? 'text-wrong' : 'text-ink-2'}>
                {KNOWN.includes(one.result) ? t(`origin.is.${one.result}` as Key) : one.result}
              </span>
              {one.domain && <span className="min-w-0 break-all text-ink-3">{one.domain}</span>}
              {one.domain && one.result === 'pass' && !one.aligned && one.method !== 'arc' && <span className="text-ink-3">({t('origin.other')})</span>}
            </li>
          ))}
        </ul>
      )}
      {checked.server && <p className="pl-[21px] text-ink-3">{t('origin.server', { server: checked.server })}</p>}
    </div>
  )
}
