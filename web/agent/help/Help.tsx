import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useT } from '../app/i18n'
import { useMe } from '../app/me'
import { usePreference } from '../app/preferences'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { useCommands } from '../commands/registry'
import { Select } from '../ui/Field'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { parseFilter } from './articles/filter'
import { HELP_PAGES } from './places'
import { centresQuery } from './queries'
import type { Centre } from './types'
import { useNewArticle } from './useNewArticle'

const Editing = lazy(() => import('./editor/Editing'))
const FirstCentre = lazy(() => import('./settings/FirstCentre'))

/** The help centre as its writers see it: a line of places on top, the chosen one below; an article fills the page. */
export default function Help({ section, item }: { section: string; item: string | null }) {
  const say = useProblemText()
  const centres = useQuery(centresQuery)
  const [chosen, choose] = usePreference('helpCentre')
  if (centres.error && !centres.data) return <ErrorNote {...say(centres.error)} onRetry={() => void centres.refetch()} className="m-6" />
  if (!centres.data) return <Skeleton rows={5} className="grow" />
  if (section === 'edit' && item !== null && /^\d+$/.test(item)) {
    return (
      <Suspense fallback={<Skeleton rows={5} className="grow" />}>
        <Editing key={item} id={Number(item)} centres={centres.data} />
      </Suspense>
    )
  }
  const centre = centres.data.find((one) => String(one.id) === chosen) ?? centres.data[0]
  if (!centre) {
    return (
      <Suspense fallback={<Skeleton rows={3} className="grow" />}>
        <FirstCentre />
      </Suspense>
    )
  }
  return <HelpPages section={section} item={item} centre={centre} centres={centres.data} onCentre={choose} />
}

function HelpPages({ section, item, centre, centres, onCentre }: { section: string; item: string | null; centre: Centre; centres: readonly Centre[]; onCentre: (id: string) => void }) {
  const t = useT()
  const { permissions } = useMe()
  const create = useNewArticle()
  useCommands({ 'articles.new': permissions.includes('help.write') && (() => void create({ centre_id: centre.id, ...inCollection() })) })
  const shown = HELP_PAGES.filter(({ may }) => may === undefined || permissions.includes(may))
  const current = shown.find(({ path }) => path === section) ?? shown[0]!
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col bg-paper">
      <nav aria-label={t('help.nav')} className="flex shrink-0 items-center gap-1 overflow-x-auto border-b border-line bg-panel px-6 py-1.5 max-[719px]:px-2">
        {centres.length > 1 && (
          <Select aria-label={t('help.centre')} value={centre.id} onChange={(event) => onCentre(event.target.value)} className="mr-2 w-auto! max-w-52 shrink-0">
            {centres.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        {shown.map(({ path, label, icon: Icon }) => (
          <a
            key={path}
            href={href({ page: 'articles', section: path, item: null })}
            aria-current={path === current.path ? 'page' : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return
              event.preventDefault()
              navigate({ page: 'articles', section: path, item: null }, { search: '' })
            }}
            className="flex h-8 shrink-0 items-center gap-2 rounded-control px-2.5 whitespace-nowrap text-ink-2 no-underline hover:bg-hover hover:text-ink aria-[current]:bg-pressed aria-[current]:text-ink pointer-coarse:h-11"
          >
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            {t(label)}
          </a>
        ))}
      </nav>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <main key={`${current.path}${centre.id}`} tabIndex={0} className="min-h-0 grow overflow-y-auto outline-offset-[-2px]">
        <div className="mx-auto max-w-[1180px] px-8 py-6 max-[719px]:px-4">
          <Suspense fallback={<Skeleton rows={4} />}>
            <current.View centre={centre} item={item} />
          </Suspense>
        </div>
      </main>
    </div>
  )
}

/** A new article lies where one is looking. */
function inCollection(): { collection_id?: number } {
  const { collection } = parseFilter(location.search)
  return location.pathname.startsWith('/articles/list') && collection ? { collection_id: collection } : {}
}
