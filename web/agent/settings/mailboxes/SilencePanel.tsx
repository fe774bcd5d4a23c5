import { useQuery } from '@tanstack/react-query'
import { BellRing, Hourglass } from 'lucide-react'
import { useState } from 'react'
import { moment } from '../../../shared/time'
import type { Mailbox, MailboxRhythm } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useNow } from '../../app/useNow'
import { Checkbox, Field, Input } from '../../ui/Field'
import { number } from '../parts'
import { FormPanel } from './Panel'
import { rhythmQuery } from './queries'
import { WeekGrid } from './WeekGrid'

/** The alarm for a mailbox that has fallen silent: what is usual, and when it would go off. */
export function SilencePanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const [on, setOn] = useState(mailbox.silence_alarm)
  const rhythm = useQuery(rhythmQuery(mailbox.id)).data
  const read = (form: FormData) => {
    const hours = number(form, 'silent_after')
    return { silence_alarm: form.get('silence_alarm') === 'on', silent_after_s: hours === null ? null : Math.round(hours * 3600) }
  }
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.silence')} text={t('mailbox.silenceText')} read={read}>
      {(problem) => (
        <>
          <Checkbox name="silence_alarm" label={t('mailbox.silenceOn')} hint={t('mailbox.silenceOnText')} checked={on} onChange={(event) => setOn(event.target.checked)} />
          {rhythm && on && <Learned rhythm={rhythm} silent={mailbox.problem !== null} />}
          <Field label={t('mailbox.silentAfter')} hint={t('mailbox.silentAfterHint')} error={problem?.field('silent_after_s')}>
            {(control) => (
              <span className="flex items-center gap-2">
                <Input {...control} name="silent_after" type="number" min={0.1} max={2160} step="any" className="max-w-24" defaultValue={mailbox.silent_after_s === null ? '' : mailbox.silent_after_s / 3600} />
                <span className="text-ink-2">{t('mailbox.hours')}</span>
              </span>
            )}
          </Field>
        </>
      )}
    </FormPanel>
  )
}

/** The usual week as a picture, and the sentence about now. */
function Learned({ rhythm, silent }: { rhythm: MailboxRhythm; silent: boolean }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  if (rhythm.weeks === 0) {
    return (
      <p className="flex items-start gap-2 text-ink-2">
        <Hourglass size={16} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
        {t('mailbox.silenceLearning', { n: rhythm.weeks_needed })}
      </p>
    )
  }
  const perWeek = Math.round(rhythm.hours.reduce((sum, one) => sum + one, 0))
  return (
    <figure className="flex flex-col gap-3">
      <WeekGrid hours={rhythm.hours} />
      <figcaption className="flex flex-col gap-1 text-secondary text-ink-3">
        <span>{t('mailbox.silenceLearned', { n: perWeek, weeks: rhythm.weeks })}</span>
        {!silent && (
          <span className="flex items-start gap-1.5 text-ink-2">
            <BellRing size={14} className="mt-[3px] shrink-0" aria-hidden />
            {rhythm.alarm_at ? t('mailbox.silenceAt', { time: moment(rhythm.alarm_at, now, language) }) : t('mailbox.silenceNever')}
          </span>
        )}
      </figcaption>
    </figure>
  )
}
