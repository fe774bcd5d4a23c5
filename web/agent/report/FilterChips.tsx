import { X } from 'lucide-react'
import { useT } from '../app/i18n'
import { IconButton } from '../ui/Button'

export type FilterChip = { name: string; text: string; drop: () => void }

/** What is filtered, each with its cross: a figure of a part must not look like one of the whole. */
export function FilterChips({ chips }: { chips: readonly FilterChip[] }) {
  const t = useT()
  return (
    <ul aria-label={t('reports.filter')} className="mt-2 flex flex-wrap gap-1.5">
      {chips.map(({ name, text, drop }) => (
        <li key={name} className="inline-flex items-center gap-1 rounded-full bg-accent-soft pl-3 text-secondary text-accent-ink">
          {name}: {text}
          <IconButton label={t('reports.unfilter', { name })} onClick={drop}>
            <X size={13} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
