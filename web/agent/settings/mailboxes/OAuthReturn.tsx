import { useQueryClient } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { navigate } from '../../app/router'
import { Button } from '../../ui/Button'
import { ErrorNote, Skeleton } from '../../ui/Notice'
import { type Flow, grantKey, readReturn } from './oauth'
import { mailboxesQuery } from './queries'

const go = (item: string | null) => navigate({ page: 'settings', section: 'mailboxes', item }, { search: '', replace: true })

/** Where the browser comes back to from Google or Microsoft. What it brings is taken out of the address at once. */
export function OAuthReturn() {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [flow, setFlow] = useState<Flow | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const sent = useRef(false)

  useEffect(() => {
    if (sent.current) return
    sent.current = true
    const brought = readReturn(location.search)
    history.replaceState(null, '', location.pathname)
    if (!brought) return go(null)
    api
      .post<Flow>('/api/mailboxes/oauth/return', brought)
      .then(async (done) => {
        await client.invalidateQueries({ queryKey: mailboxesQuery.queryKey })
        if (done.mailbox_id !== null) await client.invalidateQueries({ queryKey: grantKey(done.mailbox_id) })
        setFlow(done)
      })
      .catch(setProblem)
  }, [client])

  const failed = problem !== null ? say(problem) : flow?.state === 'failed' ? { title: flow.problem ?? t('oauth.failed') } : null
  if (!failed && !flow) return <Skeleton rows={2} />
  const mailbox = flow?.mailbox_id ?? null
  return (
    <section aria-live="polite" className="flex flex-col items-start gap-4">
      <h1 className="text-title font-strong">{t('oauth.title')}</h1>
      {failed ? (
        <ErrorNote {...failed} className="w-full" />
      ) : (
        <p className="flex items-center gap-2">
          <CircleCheck size={16} className="shrink-0 text-done" aria-hidden />
          {t('oauth.signedInAs', { subject: flow?.subject || '–' })}
        </p>
      )}
      <Button variant="primary" onClick={() => go(mailbox === null ? null : String(mailbox))}>
        {t(mailbox === null ? 'settings.mailboxes' : 'oauth.toMailbox')}
      </Button>
    </section>
  )
}
