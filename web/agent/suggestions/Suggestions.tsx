import { ChevronDown, ChevronUp, Lightbulb } from 'lucide-react'
import { locale, moment } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { usePreference } from '../app/preferences'
import { href, navigate } from '../app/router'
import type { CommandId } from '../commands/catalogue'
import { runCommand } from '../commands/registry'
import { IconButton } from '../ui/Button'
import { Keys, Tip } from '../ui/Tip'
import { ArticleRow } from './Articles'
import type { Article, ArticleWay, Suggestion } from './queries'
import { Segments } from './Segments'

export const COMMAND_OF: readonly CommandId[] = ['compose.suggestion1', 'compose.suggestion2', 'compose.suggestion3']

type Props = { items: readonly Suggestion[]; articles: readonly Article[]; onArticle: (one: Article, way: ArticleWay) => void }

/** Up to three replies that fit and two articles that answer, each one line; a click or Alt and its number puts it into the
 * composer. */
export function Suggestions({ items, articles, onArticle }: Props) {
  const t = useT()
  const [folded, setFolded] = usePreference('suggestionsFolded')
  const count = items.length + articles.length
  if (count === 0) return null
  const title = t(items.length === 0 ? 'suggest.articlesTitle' : 'suggest.title')
  const isFolded = folded === 'yes'
  return (
    <section aria-label={title} className="fade-in shrink-0 border-t border-line bg-panel px-4 py-1.5 max-[719px]:px-3">
      <header className="flex items-center gap-2 text-secondary text-ink-3">
        <Lightbulb size={14} aria-hidden className="shrink-0" />
        <p className="grow font-medium">
          {title} {isFolded && <span className="tabular">({count})</span>}
        </p>
        <IconButton
          label={t(isFolded ? 'suggest.show' : 'suggest.hide')}
          aria-expanded={!isFolded}
          onClick={() => setFolded(isFolded ? null : 'yes')}
        >
          {isFolded ? <ChevronUp size={15} aria-hidden /> : <ChevronDown size={15} aria-hidden />}
        </IconButton>
      </header>
      {!isFolded && (
        <ol className="flex flex-col">
          {items.map((one) => (
            <Row key={one.position} one={one} />
          ))}
          {articles.map((one) => (
            <ArticleRow key={`article${one.position}`} one={one} onUse={onArticle} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Row({ one }: { one: Suggestion }) {
  const id = COMMAND_OF[one.position - 1]!
  return (
    <li className="flex min-w-0 items-center gap-2 rounded-control hover:bg-hover">
      <Tip label={<span className="line-clamp-[12] whitespace-pre-wrap"><Segments segments={one.segments} /></span>} side="top">
        <button type="button" onClick={() => runCommand(id)} className="target flex min-w-0 grow items-center gap-2 rounded-control px-1 text-left">
          <span className="max-[719px]:hidden">
            <Keys keys={`alt+${one.position}`} />
          </span>
          <span className="min-w-0 grow truncate">
            <Segments segments={one.segments.map((s) => ({ ...s, text: s.text.replace(/\s+/g, ' ') }))} />
          </span>
          <Sure one={one} />
        </button>
      </Tip>
      <Source one={one} />
    </li>
  )
}

/** How sure it is, as a word and a number, and how many replies say nearly the same. */
function Sure({ one }: { one: Suggestion }) {
  const t = useT()
  const language = useLanguage()
  const share = new Intl.NumberFormat(locale(language), { style: 'percent' }).format(one.confidence)
  return (
    <span className="tabular shrink-0 text-secondary text-ink-3">
      <span className="sr-only">{t('suggest.sure')} </span>
      {share}
      {one.alike > 1 && <span className="max-[719px]:hidden"> · {t('suggest.alike', { n: one.alike })}</span>}
    </span>
  )
}

function Source({ one }: { one: Suggestion }) {
  const t = useT()
  const language = useLanguage()
  const { source } = one
  if (!source) return null
  const to = { page: 'inbox', conversation: source.conversation_id } as const
  const when = moment(source.at, Date.now(), language)
  const words = t('suggest.source', { agent: source.agent_name || t('author.agent'), contact: source.contact_name || '–', when })
  return (
    <Tip label={`${words} · ${source.subject}`} side="top">
      <a
        href={href(to)}
        aria-label={`${words}, #${source.number}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey) return
          event.preventDefault()
          navigate(to)
        }}
        className="target tabular inline-flex shrink-0 items-center rounded-control px-1 text-secondary text-ink-3 hover:text-ink"
      >
        #{source.number}
      </a>
    </Tip>
  )
}
