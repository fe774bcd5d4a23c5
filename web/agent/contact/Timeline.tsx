import { BookOpen, DoorOpen, FileText, LogOut, type LucideIcon, MessageCircle, PenLine, Search, Send, ThumbsDown, ThumbsUp, Zap } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../shared/time'
import type { Fact, Visit } from '../api/messenger'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'
import { PageLink } from './PageLink'
import { factDetail, type FactName, factName, foldFacts, plain, shortUrl } from './visitor'

const ICONS: Record<FactName, LucideIcon> = {
  landed: DoorOpen,
  page: FileText,
  opened: MessageCircle,
  form: PenLine,
  sent: Send,
  left: LogOut,
  event: Zap,
  search: Search,
  article: BookOpen,
  helped: ThumbsUp,
  not_helped: ThumbsDown,
}
const SHOWN = 8

/** What happened on the site, newest first, under one line that says how often they came and from where. */
export function Timeline({ visits, facts }: { visits: readonly Visit[]; facts: readonly Fact[] }) {
  const t = useT()
  const [all, setAll] = useState(false)
  const referrer = visits[0]?.referrer
  const folded = foldFacts(facts)
  if (visits.length === 0 && facts.length === 0) return null
  return (
    <div className="border-t border-line p-3">
      <h3 className="flex flex-wrap gap-x-2 text-secondary">
        <span className="font-medium text-ink-2">{t('visitor.timeline')}</span>
        {visits.length > 0 && <span className="text-ink-3">{t('visitor.visits', { n: visits.length })}</span>}
      </h3>
      {referrer && <p className="truncate text-secondary text-ink-3">{t('visitor.from', { place: shortUrl(referrer) })}</p>}
      <ol className="mt-2 flex flex-col gap-1.5">
        {folded.slice(0, all ? undefined : SHOWN).map(({ fact, count }, index) => (
          <FactLine key={`${fact.at}${index}`} fact={fact} count={count} />
        ))}
      </ol>
      {folded.length > SHOWN && !all && (
        <button type="button" className="target mt-1 text-secondary font-medium text-accent-ink hover:underline" onClick={() => setAll(true)}>
          {t('action.more')}
        </button>
      )}
    </div>
  )
}

function FactLine({ fact, count }: { fact: Fact; count: number }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const name = factName(fact)
  const Icon = ICONS[name]
  const { text, url } = factDetail(fact)
  return (
    <li className="flex items-start gap-2 text-secondary">
      <Icon size={14} className="mt-[3px] shrink-0 text-ink-3" aria-hidden />
      <span className="min-w-0 grow">
        <span className={name === 'page' ? 'sr-only' : 'text-ink-2'}>{t(`fact.${name}`, { name: plain(fact.data.name) || fact.kind })} </span>
        {text && <PageLink url={url} text={text} />}
        {count > 1 && <span className="tabular text-ink-3"> × {count}</span>}
      </span>
      <time className="tabular shrink-0 text-ink-3" dateTime={fact.at} title={absolute(fact.at, language)}>
        {moment(fact.at, now, language)}
      </time>
    </li>
  )
}
