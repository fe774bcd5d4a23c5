import { ExternalLink, Loader } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { CopyBox } from '../../ui/CopyBox'
import { ErrorNote } from '../../ui/Notice'
import { countdown, type Flow } from './oauth'

/** A code to enter on another device, with the time it is good for. Asks how it stands as often as the provider allows. */
export function OAuthDevice({ begun, onDone, onClose }: { begun: Flow; onDone: (mailbox: number) => void; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const [flow, setFlow] = useState(begun)
  const [problem, setProblem] = useState<unknown>(null)
  const left = useSecondsTo(flow.expires_at)

  useEffect(() => {
    if (flow.state !== 'waiting') return
    const timer = setTimeout(() => {
      api
        .post<Flow>(`/api/mailboxes/oauth/flows/${flow.id}/poll`)
        .then((now) => {
          setProblem(null)
          setFlow(now)
          if (now.state === 'done' && now.mailbox_id !== null) onDone(now.mailbox_id)
        })
        .catch((error: unknown) => {
          setProblem(error)
          setFlow({ ...flow })
        })
    }, flow.interval_s * 1000 + 200)
    return () => clearTimeout(timer)
  }, [flow, onDone])

  return (
    <div className="flex flex-col gap-4 px-6 pb-6">
      {flow.state === 'failed' ? (
        <ErrorNote title={flow.problem ?? t('oauth.failed')} />
      ) : (
        <>
          <ol className="flex list-decimal flex-col gap-3 pl-5">
            <li>
              {t('oauth.deviceOpen')}{' '}
              <a href={flow.verification_uri} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-accent-ink underline">
                {flow.verification_uri}
                <ExternalLink size={14} aria-hidden />
              </a>
            </li>
            <li>
              <p className="mb-2">{t('oauth.deviceEnter')}</p>
              <CopyBox text={flow.user_code} label={t('oauth.deviceCode')} />
            </li>
            <li>{t('oauth.deviceAllow')}</li>
          </ol>
          <p className="flex items-center gap-2 text-secondary text-ink-3">
            <Loader size={16} className="animate-spin motion-reduce:animate-none" aria-hidden />
            <span>{t('oauth.deviceWaiting')}</span>
            <span className="tabular-nums" role="timer">
              {t('oauth.deviceLeft', { time: countdown(left) })}
            </span>
          </p>
          {problem !== null && <ErrorNote {...say(problem)} />}
        </>
      )}
      <Button variant="plain" className="self-end" onClick={onClose}>
        {t(flow.state === 'failed' ? 'action.close' : 'action.cancel')}
      </Button>
    </div>
  )
}

function useSecondsTo(moment: string): number {
  const until = Date.parse(moment)
  const [left, setLeft] = useState(() => (until - Date.now()) / 1000)
  useEffect(() => {
    const timer = setInterval(() => setLeft((until - Date.now()) / 1000), 1000)
    return () => clearInterval(timer)
  }, [until])
  return left
}
