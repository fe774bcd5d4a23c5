import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { Calendar } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Field, Input } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { calendarsQuery } from './queries'

/** The address whose whole-day events close the calendar: set it, see how it does, or take it away. */
export function FeedForm({ calendar }: { calendar: Calendar }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const now = useNow()
  const client = useQueryClient()
  const [url, setUrl] = useState(calendar.feed?.url ?? '')
  const path = `/api/calendars/${calendar.id}/feed`
  const onSuccess = () => client.invalidateQueries({ queryKey: calendarsQuery.queryKey })
  const save = useMutation({ mutationFn: () => api.put(path, { url }), onSuccess })
  const remove = useMutation({ mutationFn: () => api.delete(path), onSuccess: () => { setUrl(''); return onSuccess() } })
  const error = save.error ?? remove.error
  const { feed } = calendar
  return (
    <div className="mt-3 border-t border-line pt-3">
      <Field label={t('hours.feed')} hint={t('hours.feedHint')}>
        {(control) => (
          <div className="flex flex-wrap gap-2">
            <Input {...control} type="url" value={url} onChange={(event) => setUrl(event.target.value)} placeholder="https://example.com/holidays.ics" className="w-auto! min-w-60 grow" />
            <Button disabled={url.trim() === '' || url === feed?.url || save.isPending} onClick={() => save.mutate()}>
              {t('hours.feedSet')}
            </Button>
            {feed && (
              <Button disabled={remove.isPending} onClick={() => remove.mutate()}>
                {t('action.remove')}
              </Button>
            )}
          </div>
        )}
      </Field>
      {error && <ErrorNote {...say(error)} className="mt-2" />}
      {feed && !error && (
        <p className={`mt-1 text-secondary ${feed.problem ? 'text-wrong' : 'text-ink-3'}`}>
          {feed.problem ?? t('hours.feedRead', { n: feed.days, time: feed.checked_at ? moment(feed.checked_at, now, language) : '–' })}
        </p>
      )}
    </div>
  )
}
