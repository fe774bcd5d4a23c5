import { useQuery, useQueryClient } from '@tanstack/react-query'
import { BadgeCheck, CircleDashed } from 'lucide-react'
import { useEffect } from 'react'
import { absolute, clock, locale, moment } from '../../shared/time'
import { type ConversationVisitor, type Visitor, type VisitorPage, visitorKey, visitorQuery } from '../api/messenger'
import { useLanguage, useT } from '../app/i18n'
import { useVisitor } from '../app/live'
import { useNow } from '../app/useNow'
import { StateMark } from '../ui/StateMark'
import { Tip } from '../ui/Tip'
import { PageLink } from './PageLink'
import { Timeline } from './Timeline'
import { deviceText, plain, shortUrl, zoneCity } from './visitor'

/** The other side of a chat: whether they are there, what they look at, what is known of them and their visits. */
export function VisitorCard({ conversationId }: { conversationId: string }) {
  const client = useQueryClient()
  const { data } = useQuery(visitorQuery(conversationId))
  const now = useVisitor(conversationId)
  const address = now.page?.url
  useEffect(() => {
    // A page was opened, or somebody came or went: the timeline has one line more.
    if (address !== undefined || now.live !== undefined) void client.invalidateQueries({ queryKey: visitorKey(conversationId) })
  }, [client, conversationId, address, now.live])
  if (!data) return null
  const live = now.live ?? data.visitor.live
  const page = now.page === undefined ? data.visitor.page : now.page
  return <Card context={{ ...data, visitor: { ...data.visitor, live, page } }} />
}

function Card({ context }: { context: ConversationVisitor }) {
  const t = useT()
  const { visitor } = context
  return (
    <section aria-label={t('visitor.label')} className="rounded-card border border-line bg-paper">
      <div className="flex flex-col gap-3 p-3">
        <header className="flex items-center gap-2">
          <h2 className="grow font-medium">{t('visitor.label')}</h2>
          <Here visitor={visitor} />
        </header>
        {visitor.page && <CurrentPage page={visitor.page} live={visitor.live} />}
        <Facts visitor={visitor} />
        <Attributes attributes={visitor.attributes} />
      </div>
      <Timeline visits={context.visits} facts={context.timeline} />
    </section>
  )
}

function Here({ visitor }: { visitor: Visitor }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  return (
    <p role="status" className={`flex shrink-0 items-center gap-1.5 text-secondary ${visitor.live ? 'font-medium text-accent-ink' : 'text-ink-3'}`}>
      <StateMark state={visitor.live ? 'online' : 'offline'} />
      {visitor.live ? t('visitor.here') : <span title={absolute(visitor.last_seen, language)}>{t('visitor.left', { time: moment(visitor.last_seen, now, language) })}</span>}
    </p>
  )
}

function CurrentPage({ page, live }: { page: VisitorPage; live: boolean }) {
  const t = useT()
  return (
    <div className="min-w-0">
      <p className="text-secondary text-ink-3">{t(live ? 'visitor.page' : 'visitor.lastPage')}</p>
      <PageLink url={page.url} text={page.title || shortUrl(page.url)} />
      {page.title && <p className="truncate text-secondary text-ink-3">{shortUrl(page.url)}</p>}
    </div>
  )
}

function Facts({ visitor }: { visitor: Visitor }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const Icon = visitor.identified ? BadgeCheck : CircleDashed
  const lines: [string, React.ReactNode][] = [
    [t('visitor.address'), visitor.address],
    [
      t('visitor.localTime'),
      visitor.time_zone && (
        <span key="time" title={visitor.time_zone}>
          {clock(now, language, visitor.time_zone)} · {zoneCity(visitor.time_zone)}
        </span>
      ),
    ],
    [t('visitor.language'), languageName(visitor.language, language)],
    [t('visitor.device'), deviceText(visitor.device)],
    [t('visitor.firstSeen'), <span key="first" title={absolute(visitor.first_seen, language)}>{moment(visitor.first_seen, now, language)}</span>],
  ]
  return (
    <div className="flex flex-col gap-1">
      <Tip label={t(visitor.identified ? 'visitor.identifiedText' : 'visitor.anonymousText')}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what it explains is reached by keyboard too */}
        <p tabIndex={0} className="inline-flex items-center gap-1.5 self-start rounded-control text-secondary text-ink-2">
          <Icon size={14} className={visitor.identified ? 'text-done' : 'text-ink-3'} aria-hidden />
          {t(visitor.identified ? 'visitor.identified' : 'visitor.anonymous')}
        </p>
      </Tip>
      <Pairs lines={lines} />
    </div>
  )
}

function Attributes({ attributes }: { attributes: Record<string, unknown> }) {
  const t = useT()
  const lines = Object.entries(attributes).map(([name, value]): [string, string] => [name, plain(value)])
  if (lines.length === 0) return null
  return (
    <div>
      <h3 className="mb-1 text-secondary font-medium text-ink-2">{t('visitor.attributes')}</h3>
      <Pairs lines={lines} />
    </div>
  )
}

function Pairs({ lines }: { lines: [string, React.ReactNode][] }) {
  return (
    <dl className="tabular grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-secondary">
      {lines
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="max-w-32 truncate text-ink-3" title={label}>
              {label}
            </dt>
            <dd className="min-w-0 text-right break-words">{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** "Korean" of "ko-KR", in the reader's language; the tag itself when nobody knows it. */
function languageName(tag: string, reader: 'en' | 'ko' | 'it'): string {
  if (!tag) return ''
  try {
    return new Intl.DisplayNames([locale(reader)], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
