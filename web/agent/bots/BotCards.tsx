import { useQuery } from '@tanstack/react-query'
import { Bot as BotIcon } from 'lucide-react'
import { api } from '../api/client'
import { dayAndTime } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { useNow } from '../app/useNow'
import type { RunCard } from './types'

/** What a bot asked, was told, showed and tried: nobody has to ask the customer again. */
export function BotCards({ conversationId, seq }: { conversationId: string; seq: number }) {
  const cards = useQuery({
    queryKey: ['conversation', conversationId, 'bot', seq],
    queryFn: async ({ signal }) => (await api.get<{ items: RunCard[] }>(`/api/conversations/${conversationId}/bot`, {}, signal)).items,
    placeholderData: (old) => old,
  }).data
  return cards?.map((card) => <Card key={card.started_at} card={card} />)
}

function Card({ card }: { card: RunCard }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  return (
    <section aria-label={t('bots.card', { name: card.bot_name })} className="rounded-card border border-line bg-paper p-3 text-secondary">
      <p className="flex items-center gap-2">
        <BotIcon size={15} aria-hidden className="shrink-0 text-ink-3" />
        <span className="min-w-0 grow truncate font-medium">{card.bot_name}</span>
        <span className="text-ink-3">{dayAndTime(card.started_at, now, language)}</span>
      </p>
      {card.reason && <p className="mt-1 text-ink-2">{card.reason}</p>}
      {card.question && <blockquote className="mt-2 border-l-2 border-line-strong pl-2 break-words">{card.question}</blockquote>}
      {card.collected.length > 0 && (
        <dl aria-label={t('bots.collected')} className="mt-2 grid grid-cols-[auto_1fr] gap-x-3">
          {card.collected.map((one) => (
            <div key={one.name} className="contents">
              <dt className="text-ink-3">{one.name}</dt>
              <dd className="break-words select-all">{one.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {card.articles.length > 0 && (
        <ul aria-label={t('bots.articlesShown')} className="mt-2">
          {card.articles.map((article) => (
            <li key={article.url}>
              {article.url ? (
                <a href={article.url} target="_blank" rel="noreferrer">
                  {article.title}
                </a>
              ) : (
                article.title
              )}
              {article.helped !== null && <span className="text-ink-3"> · {t(article.helped ? 'bots.helped' : 'bots.notHelped')}</span>}
            </li>
          ))}
        </ul>
      )}
      {card.tried.length > 0 && (
        <details className="mt-2">
          <summary className="cursor-pointer text-ink-3">{t('bots.tried', { n: card.tried.length })}</summary>
          <ol className="mt-1 list-decimal pl-5">
            {card.tried.map((line, n) => (
              <li key={n}>{line}</li>
            ))}
          </ol>
        </details>
      )}
    </section>
  )
}
