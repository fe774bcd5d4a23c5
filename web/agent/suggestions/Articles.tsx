import { BookOpen, ExternalLink, Link2, Lock, TextQuote, Users } from 'lucide-react'
import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import type { CommandId } from '../commands/catalogue'
import { runCommand } from '../commands/registry'
import { IconButton } from '../ui/Button'
import { Keys, Tip } from '../ui/Tip'
import type { Article, ArticleWay } from './queries'

export const ARTICLE_COMMANDS: readonly CommandId[] = ['compose.article1', 'compose.article2']
const FIRST_KEY = 4

/** The most that can be done with an article in a reply to this customer. */
export function mainWay(one: Article): ArticleWay {
  return one.url !== null ? 'link' : one.passage !== '' ? 'passage' : 'open'
}

/** Where somebody of the team reads an article: its page, else where it is written. */
export function placeOf(one: Article): string {
  return one.url ?? `/articles/edit/${one.article_id}`
}

/** An article that answers, in the strip below the replies: a click or Alt and its number puts a link to it into the reply. */
export function ArticleRow({ one, onUse }: { one: Article; onUse: (one: Article, way: ArticleWay) => void }) {
  const t = useT()
  const main = mainWay(one)
  const words = one.passage || one.snippet
  return (
    <li className="flex min-w-0 items-center gap-1 rounded-control hover:bg-hover">
      <Tip label={<span className="line-clamp-[12] whitespace-pre-wrap">{words}</span>} side="top">
        <button
          type="button"
          onClick={() => runCommand(ARTICLE_COMMANDS[one.position - 1]!)}
          className="target flex min-w-0 grow items-center gap-2 rounded-control px-1 text-left"
        >
          <span className="max-[719px]:hidden">
            <Keys keys={`alt+${FIRST_KEY - 1 + one.position}`} />
          </span>
          <BookOpen size={14} aria-hidden className="shrink-0 text-ink-3" />
          <span className="sr-only">{t(`suggest.way.${main}`)} </span>
          <span className="min-w-0 grow truncate" lang={one.language}>
            {one.title}
            <span className="text-ink-3 max-[719px]:hidden"> · {words.replace(/\s+/g, ' ')}</span>
          </span>
          <ForWhom one={one} />
          <Sure value={one.confidence} />
        </button>
      </Tip>
      <span className="flex shrink-0">
        {one.url !== null && (
          <IconButton label={t('suggest.article.link', { title: one.title })} onClick={() => onUse(one, 'link')} className="max-[719px]:hidden">
            <Link2 size={14} aria-hidden />
          </IconButton>
        )}
        {one.passage !== '' && (
          <IconButton label={t('suggest.article.passage', { title: one.title })} onClick={() => onUse(one, 'passage')}>
            <TextQuote size={14} aria-hidden />
          </IconButton>
        )}
        <IconButton label={t('suggest.article.open', { title: one.title })} onClick={() => onUse(one, 'open')}>
          <ExternalLink size={14} aria-hidden />
        </IconButton>
      </span>
    </li>
  )
}

/** Said where not everybody may read it: by a sign and a word. */
function ForWhom({ one }: { one: Article }) {
  const t = useT()
  if (one.seen === 'public') return null
  const Icon = one.seen === 'internal' ? Lock : Users
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-secondary text-note-ink">
      <Icon size={12} aria-hidden />
      <span className="max-[719px]:sr-only">{t(`suggest.seen.${one.seen}`)}</span>
    </span>
  )
}

function Sure({ value }: { value: number }) {
  const t = useT()
  const language = useLanguage()
  return (
    <span className="tabular shrink-0 text-secondary text-ink-3">
      <span className="sr-only">{t('suggest.sure')} </span>
      {new Intl.NumberFormat(locale(language), { style: 'percent' }).format(value)}
    </span>
  )
}
