import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { absolute, moment } from '../../../shared/time'
import type { Mailbox } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useNow } from '../../app/useNow'
import { type Grant, grantQuery, providerOf } from './oauth'
import { OAuthSignIn } from './OAuthSignIn'
import { Panel } from './Panel'

/** How a mailbox is signed in to without a password, and the click that renews it. */
export function OAuthPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const provider = providerOf(mailbox)
  // Its problem changes with the sign-in: the mailbox is asked for every 15 seconds, the grant then follows.
  const { data: grant } = useQuery({ ...grantQuery(mailbox.id), enabled: provider !== null })
  if (!provider && !mailbox.can.includes('change')) return null
  return (
    <Panel title={t('oauth.title')} text={t(provider ? 'oauth.textOn' : 'oauth.textOff')}>
      {grant && <State grant={grant} />}
      {mailbox.can.includes('change') && <OAuthSignIn mailboxId={mailbox.id} only={provider} isDue={Boolean(grant?.problem)} />}
    </Panel>
  )
}

function State({ grant }: { grant: Grant }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  if (grant.problem) {
    return (
      <p role="status" className="flex items-start gap-2 rounded-control bg-wrong-soft px-3 py-2">
        <CircleAlert size={16} className="mt-0.5 shrink-0 text-wrong" aria-label={t(grant.state === 'ended' ? 'oauth.ended' : 'oauth.warning')} />
        <span className="min-w-0 break-words">{grant.problem}</span>
      </p>
    )
  }
  return (
    <p className="flex items-start gap-2">
      <CircleCheck size={16} className="mt-0.5 shrink-0 text-done" aria-hidden />
      <span className="min-w-0 break-words">
        {t('oauth.signedInAs', { subject: grant.subject || '–' })}{' '}
        <span className="text-ink-3" title={absolute(grant.granted_at, language)}>
          · {t('oauth.since', { time: moment(grant.granted_at, now, language) })}
        </span>
        {grant.ends_at && (
          <span className="block text-secondary text-ink-3">{t('oauth.endsAt', { time: absolute(grant.ends_at, language) })}</span>
        )}
      </span>
    </p>
  )
}
