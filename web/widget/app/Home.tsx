import { useState } from 'preact/hooks'
import { Face } from './Face'
import { absolute, ago, backSentence, span, type Words } from './i18n'
import { Icon } from './Icon'
import { close, show, startThread, store } from './messenger'
import type { Hours, Inbox } from './protocol'
import { hasArticles, useHelp } from './useHelp'
import { useStore } from './useStore'
import { newestFirst } from './threads'

type Props = { words: Words; title: string; greeting: string; inbox: Inbox; hours: Hours }

export function Home({ words, title, greeting, inbox, hours }: Props) {
  const { t } = words
  const threads = useStore(store, (state) => state.threads)
  const pending = useStore(store, (state) => state.pending)
  const known = newestFirst(threads).filter(({ thread }) => thread.seq > 0 || pending.some((one) => one.thread === thread.id))

  const help = useHelp(inbox)
  const [article, setArticle] = useState(0)
  const finds = hasArticles(inbox)

  return (
    <>
    <main class="home" inert={!!article}>
      <header>
        <div class="top">
          {inbox.faces.length > 0 && (
            <div class="faces" role="img" aria-label={t('faces', { names: inbox.faces.map((face) => face.name).join(', ') })}>
              {inbox.faces.slice(0, 4).map((face) => (
                <Face key={face.name} name={face.name} picture={face.picture_url} />
              ))}
            </div>
          )}
          <button type="button" class="icon closes" aria-label={t('close')} onClick={close}>
            <Icon name="close" />
          </button>
        </div>
        <h1 data-title tabIndex={-1}>
          {title}
        </h1>
        {greeting && <p>{greeting}</p>}
      </header>
      {finds && <section class="card begin find">{help && <help.Search words={words} onRead={setArticle} />}</section>}
      <section class={finds ? 'card start' : 'card begin start'}>
        <button type="button" class="primary" data-first onClick={() => startThread()}>
          {t('start')}
          <Icon name="next" />
        </button>
        <p class="quiet">{hoursSentence(hours, words)}</p>
      </section>
      {known.length > 0 && (
        <section class="card">
          <h2>{t('past')}</h2>
          <ul class="threads">
            {known.map(({ thread, messages }) => {
              const waiting = pending.findLast((one) => one.thread === thread.id)
              const last = messages.at(-1)
              const text = waiting?.text || thread.subject_preview || waiting?.attachments[0]?.name || last?.attachments[0]?.name
              return (
                <li key={thread.id}>
                  <button type="button" class={thread.unread ? 'row unread' : 'row'} onClick={() => show(thread.id)}>
                    <span class="preview">{text || t('messages')}</span>
                    <time dateTime={thread.last_at} title={absolute(thread.last_at, words.language)}>
                      {ago(thread.last_at, Date.now(), words.language)}
                    </time>
                    {thread.unread > 0 && <span class="count">{t('unread', { n: thread.unread })}</span>}
                  </button>
                </li>
              )
            })}
          </ul>
        </section>
      )}
    </main>
    {help && !!article && <help.Reading id={article} words={words} onRead={setArticle} onBack={() => setArticle(0)} />}
    </>
  )
}

/** Within hours how fast an answer comes; outside when the team is back. */
export function hoursSentence(hours: Hours, words: Words): string {
  if (!hours.open) return backSentence(hours.back_at, Date.now(), words)
  return words.t('expect', { time: span(hours.expect_s, words.language) })
}
