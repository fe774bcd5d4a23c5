import { KeyRound, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { type Messenger, messengersQuery } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { CopyBox } from '../../ui/CopyBox'
import { Dialog } from '../../ui/Dialog'
import { useChange } from '../parts'
import { harkOrigin, hostPolicy } from './setup'

/** How the messenger gets onto a site, what a strict site must allow, and the secret that proves who a visitor is. */
export function Install({ messenger }: { messenger: Messenger }) {
  const t = useT()
  return (
    <section aria-label={t('messenger.install')} className="mb-8 flex flex-col gap-5 rounded-card border border-line bg-panel p-4">
      <div>
        <h2 className="text-thread font-strong">{t('messenger.install')}</h2>
        <p className="mb-2 text-secondary text-ink-3">{t('messenger.installText')}</p>
        <CopyBox text={messenger.snippet} label={t('messenger.install')} />
      </div>
      <div>
        <h3 className="font-medium">{t('messenger.policy')}</h3>
        <p className="mb-2 text-secondary text-ink-3">{t('messenger.policyText')}</p>
        <CopyBox text={hostPolicy(harkOrigin(messenger.snippet))} label={t('messenger.policy')} />
      </div>
      <Identity messenger={messenger} />
    </section>
  )
}

function Identity({ messenger }: { messenger: Messenger }) {
  const t = useT()
  const [step, setStep] = useState<'none' | 'ask' | 'show'>('none')
  const [secret, setSecret] = useState('')
  const change = useChange([messengersQuery.queryKey])
  const rotate = async () => {
    const done = await change(async () => setSecret((await api.post<{ secret: string }>(`/api/messengers/${messenger.id}/secret`, {})).secret))
    setStep(done ? 'show' : 'none')
  }
  const close = () => {
    setStep('none')
    setSecret('')
  }
  return (
    <div className="flex items-start gap-4 max-[719px]:flex-col">
      <div className="min-w-0 grow">
        <h3 className="font-medium">{t('messenger.identity')}</h3>
        <p className="max-w-[68ch] text-secondary text-ink-3">{t('messenger.identityText')}</p>
      </div>
      {messenger.can.includes('change') && (
        <Button onClick={() => (messenger.has_secret ? setStep('ask') : void rotate())}>
          {messenger.has_secret ? <RotateCw size={16} aria-hidden /> : <KeyRound size={16} aria-hidden />}
          {t(messenger.has_secret ? 'messenger.secretRotate' : 'messenger.secretMake')}
        </Button>
      )}
      <Dialog open={step !== 'none'} onClose={close} title={t(step === 'ask' ? 'messenger.secretRotate' : 'messenger.secret')}>
        <div className="flex flex-col gap-4 px-6 pb-6">
          {step === 'ask' ? <p>{t('messenger.secretRotateText')}</p> : <p>{t('messenger.secretOnce')}</p>}
          {step === 'show' && <CopyBox text={secret} label={t('messenger.secret')} />}
          <div className="flex justify-end gap-2">
            {step === 'ask' && (
              <>
                <Button variant="plain" onClick={close}>
                  {t('action.cancel')}
                </Button>
                <Button variant="danger" onClick={() => void rotate()}>
                  {t('messenger.secretRotate')}
                </Button>
              </>
            )}
            {step === 'show' && (
              <Button variant="primary" onClick={close}>
                {t('action.done')}
              </Button>
            )}
          </div>
        </div>
      </Dialog>
    </div>
  )
}
