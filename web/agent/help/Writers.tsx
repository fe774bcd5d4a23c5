import { PenLine } from 'lucide-react'
import { useLanguage, useT } from '../app/i18n'
import { useEditors } from '../app/live'
import { useDirectory } from '../app/me'
import { Avatar } from '../ui/Avatar'
import { languageName } from './names'

/** Which colleagues have an article open to write at this moment: their faces, and with `withNames` what they have open. */
export function Writers({ articleId, withNames = false }: { articleId: number; withNames?: boolean }) {
  const t = useT()
  const ui = useLanguage()
  const { agent } = useDirectory()
  const editors = useEditors(articleId)
  if (editors.length === 0) return null
  const said = editors.map(({ id, language }) => t('editor.hereNow', { name: agent(id)?.name ?? t('author.agent'), language: languageName(language, ui) })).join(' ')
  return (
    <span className="relative inline-flex min-w-0 items-center gap-1.5 text-secondary text-accent-ink" title={said}>
      <PenLine size={13} className="shrink-0" aria-hidden />
      <span className="flex shrink-0 -space-x-1">
        {editors.slice(0, 3).map(({ id }) => (
          <Avatar key={id} name={agent(id)?.name ?? '?'} picture={agent(id)?.picture_url} size={withNames ? 20 : 16} />
        ))}
      </span>
      {editors.length > 3 && <span className="tabular">+{editors.length - 3}</span>}
      <span className={withNames ? 'truncate max-[719px]:sr-only' : 'sr-only'}>{said}</span>
    </span>
  )
}
