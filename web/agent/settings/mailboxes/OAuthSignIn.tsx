import { useQuery, useQueryClient } from '@tanstack/react-query'
import { LogIn, Settings2, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field, Input } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { type Flow, grantKey, oauthQuery, type Provider } from './oauth'
import { OAuthDevice } from './OAuthDevice'
import { OAuthRegistration } from './OAuthRegistration'
import { mailboxesQuery } from './queries'

type Props = {
  /** The mailbox that is signed in to; null connects one. */
  mailboxId: number | null
  /** Only this provider, as the one that was signed in with before. */
  only?: Provider['provider'] | null
  /** Whether signing in is what has to be done now. */
  isDue?: boolean
  onDone?: (mailbox: number) => void
}

/** Signs in with Google or Microsoft: on their page in this browser, or by a code on another device. */
export function OAuthSignIn({ mailboxId, only = null, isDue = false, onDone }: Props) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const { data } = useQuery(oauthQuery)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const [registering, setRegistering] = useState<Provider | null>(null)
  const [device, setDevice] = useState<Flow | null>(null)
  const [address, setAddress] = useState('')
  if (!data?.can.includes('change')) return null

  const begin = async (provider: Provider, way: Flow['way']) => {
    setBusy(true)
    setProblem(null)
    try {
      const flow = await api.post<Flow>('/api/mailboxes/oauth/flows', { provider: provider.provider, way, mailbox_id: mailboxId, address: address.trim() || null })
      if (flow.url) location.assign(flow.url)
      else setDevice(flow)
    } catch (error) {
      setProblem(error)
    }
    setBusy(false)
  }
  const start = (provider: Provider, way: Flow['way']) => (provider.client_id ? void begin(provider, way) : setRegistering(provider))
  const done = async (mailbox: number) => {
    setDevice(null)
    await Promise.all([mailboxesQuery.queryKey, grantKey(mailbox)].map((queryKey) => client.invalidateQueries({ queryKey })))
    onDone?.(mailbox)
  }
  return (
    <div className="flex flex-col items-start gap-3">
      {data.providers
        .filter(({ provider }) => only === null || provider === only)
        .map((provider) => (
          <div key={provider.provider} className="flex flex-wrap items-center gap-2">
            <Button variant={isDue ? 'primary' : 'quiet'} busy={busy} onClick={() => start(provider, 'code')}>
              <LogIn size={16} aria-hidden />
              {t('oauth.signIn', { provider: provider.name })}
            </Button>
            {provider.device && provider.client_id && (
              <Button variant="plain" busy={busy} onClick={() => start(provider, 'device')}>
                <Smartphone size={16} aria-hidden />
                {t('oauth.byDevice')}
              </Button>
            )}
            {provider.client_id && (
              <IconButton label={t('oauth.registration', { provider: provider.name })} onClick={() => setRegistering(provider)}>
                <Settings2 size={16} aria-hidden />
              </IconButton>
            )}
          </div>
        ))}
      {mailboxId === null && (
        <div className="w-full max-w-[360px]">
          <Field label={t('oauth.address')} hint={t('oauth.addressHint')}>
            {(control) => <Input {...control} type="email" value={address} onChange={(event) => setAddress(event.target.value)} />}
          </Field>
        </div>
      )}
      {problem !== null && <ErrorNote {...say(problem)} />}
      <Dialog open={registering !== null} onClose={() => setRegistering(null)} title={registering ? t('oauth.registration', { provider: registering.name }) : ''} wide>
        {registering && <OAuthRegistration provider={registering} redirect={data.redirect_uri} onClose={() => setRegistering(null)} />}
      </Dialog>
      <Dialog open={device !== null} onClose={() => setDevice(null)} title={t('oauth.deviceTitle')}>
        {device && <OAuthDevice begun={device} onDone={(mailbox) => void done(mailbox)} onClose={() => setDevice(null)} />}
      </Dialog>
    </div>
  )
}

/** The first choice where a mailbox is connected, above the form for all others. */
export function OAuthNew({ onDone }: { onDone: (mailbox: number) => void }) {
  const t = useT()
  return (
    <>
      <section aria-label={t('oauth.new')} className="mb-8 flex flex-col gap-3 rounded-card border border-line bg-panel p-4">
        <div>
          <h2 className="font-strong">{t('oauth.new')}</h2>
          <p className="text-secondary text-ink-3">{t('oauth.newText')}</p>
        </div>
        <OAuthSignIn mailboxId={null} onDone={onDone} />
      </section>
      <h2 className="mb-4 font-strong">{t('oauth.other')}</h2>
    </>
  )
}
