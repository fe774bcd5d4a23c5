import type { ValueView } from '../../api/types'
import { useT } from '../../app/i18n'

/** Which curve is in use: the default, named as an assumption, or the workspace's own. */
export function CurveNote({ view }: { view: ValueView }) {
  const t = useT()
  const curve = view.value.curve
  return <p className="py-2 text-secondary text-ink-2">{curve ? t('priority.ownCurve', { n: curve.outcomes ?? 0 }) : t('priority.defaultCurve')}</p>
}
