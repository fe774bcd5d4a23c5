import { FileInput, LibraryBig, PenLine, SearchX } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { navigate } from '../../app/router'
import type { Centre } from '../types'
import { useNewArticle } from '../useNewArticle'

/** An empty help centre says how one begins: write, bring what exists, or answer what is asked. */
export function FirstArticle({ centre }: { centre: Centre }) {
  const t = useT()
  const create = useNewArticle()
  const mayWrite = useMay('help.write')
  const mayPublish = useMay('help.publish')
  const go = (section: string) => navigate({ page: 'articles', section, item: null }, { search: '' })
  return (
    <div className="fade-in mx-auto max-w-[720px] py-10">
      <LibraryBig size={28} strokeWidth={1.5} className="text-ink-faint" aria-hidden />
      <h1 className="mt-3 text-title font-strong">{t('first.title')}</h1>
      <p className="mt-1 max-w-[60ch] text-ink-2">{t('first.text')}</p>
      <ul className="mt-6 flex flex-col gap-3">
        {mayWrite && <Way icon={PenLine} title={t('first.write')} text={t('first.writeText')} onChoose={() => void create({ centre_id: centre.id })} primary />}
        {mayPublish && <Way icon={FileInput} title={t('first.import')} text={t('first.importText')} onChoose={() => go('import')} />}
        <Way icon={SearchX} title={t('first.searches')} text={t('first.searchesText')} onChoose={() => go('searches')} />
      </ul>
    </div>
  )
}

function Way({ icon: Icon, title, text, onChoose, primary }: { icon: LucideIcon; title: string; text: string; onChoose: () => void; primary?: boolean }) {
  return (
    <li>
      <button type="button" onClick={onChoose} className="flex w-full items-start gap-4 rounded-card border border-line px-5 py-4 text-left hover:bg-panel">
        <span className={`mt-0.5 inline-flex size-8 shrink-0 items-center justify-center rounded-control ${primary ? 'bg-accent text-on-accent' : 'bg-accent-soft text-accent-ink'}`}>
          <Icon size={16} aria-hidden />
        </span>
        <span className="min-w-0">
          <span className="block font-medium">{title}</span>
          <span className="block text-secondary text-ink-3">{text}</span>
        </span>
      </button>
    </li>
  )
}
