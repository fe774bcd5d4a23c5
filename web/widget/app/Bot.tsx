import { useState } from 'preact/hooks'
import { linked } from './Bubble'
import type { Words } from './i18n'
import { send } from './messenger'
import type { BotPart, Message } from './protocol'

/** An article a bot shows: its section that fits, and the way to the whole of it. */
export function Article({ bot }: { bot: BotPart }) {
  const { title, url, section } = bot.article!
  return (
    <div class="bubble">
      {bot.lead && <p>{linked(bot.lead)}</p>}
      <blockquote>{section}</blockquote>
      <a href={url} target="_blank" rel="noopener noreferrer">{title}</a>
    </div>
  )
}

/** What can be pressed instead of written, below a bot's last word; and the way to a person, always. */
export function Answers({ id, last, words }: { id: string; last: Message | undefined; words: Words }) {
  const { t } = words
  const [day, setDay] = useState('')
  const bot = last?.bot
  if (!bot?.held) return null
  return (
    <li><div class="answers" role="group" aria-label={t('answers')}>
      {bot.choices.map((choice) => (
        <button key={choice} type="button" class="secondary" onClick={() => send(id, choice, [])}>{choice}</button>
      ))}
      {bot.ask === 'date' && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (day) send(id, day, [])
          }}
        >
          <input type="date" aria-label={t('date')} value={day} onInput={(event) => setDay(event.currentTarget.value)} />
          <button type="submit" class="secondary">{t('send')}</button>
        </form>
      )}
      {bot.ask === 'file' && (
        <button type="button" class="secondary" onClick={() => document.querySelector<HTMLInputElement>('.composer [type=file]')!.click()}>
          {t('attach')}
        </button>
      )}
      <button type="button" class="link" onClick={() => send(id, t('person'), [])}>{t('person')}</button>
    </div></li>
  )
}
