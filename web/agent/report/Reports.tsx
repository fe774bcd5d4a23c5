import { Suspense, useEffect, useRef } from 'react'
import { useT } from '../app/i18n'
import { useMe } from '../app/me'
import { href, navigate } from '../app/router'
import { Skeleton } from '../ui/Notice'
import { REPORT_PAGES } from './pages'

/** The report pages: a calm line of places on top, the chosen one below it. */
export default function Reports({ section, item }: { section: string; item: string | null }) {
  const t = useT()
  const { permissions } = useMe()
  const shown = REPORT_PAGES.filter(({ may }) => may === undefined || permissions.includes(may))
  const current = shown.find(({ path }) => path === section) ?? shown[0]!
  const places = useRef<HTMLElement>(null)
  useEffect(() => {
    places.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [current.path])
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col bg-paper">
      <nav ref={places} aria-label={t('nav.report')} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line bg-panel px-6 py-1.5 max-[719px]:px-2">
        {shown.map(({ path, label, icon: Icon }) => (
          <a
            key={path}
            href={href({ page: 'reports', section: path, item: null })}
            aria-current={path === current.path ? 'page' : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return
              event.preventDefault()
              navigate({ page: 'reports', section: path, item: null }, { search: '' })
            }}
            className="flex h-8 shrink-0 items-center gap-2 rounded-control px-2.5 whitespace-nowrap text-ink-2 no-underline hover:bg-hover hover:text-ink aria-[current]:bg-pressed aria-[current]:text-ink pointer-coarse:h-11"
          >
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            {t(label)}
          </a>
        ))}
      </nav>
      <Suspense fallback={<Skeleton rows={4} className="m-6" />}>
        {current.whole ? (
          <main key={current.path} className="flex min-h-0 min-w-0 grow flex-col">
            <current.View item={item} />
          </main>
        ) : (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
          <main key={current.path} tabIndex={0} className="min-h-0 grow overflow-y-auto outline-offset-[-2px]">
            <div className="mx-auto max-w-[1180px] px-8 py-6 max-[719px]:px-4">
              <current.View item={item} />
            </div>
          </main>
        )}
      </Suspense>
    </div>
  )
}
