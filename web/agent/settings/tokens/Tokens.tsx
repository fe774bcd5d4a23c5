import { useQuery } from '@tanstack/react-query'
import { Check, Copy, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { absolute, dayAndTime, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { Token } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useMe } from '../../app/me'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Checkbox, Field, Input, Select } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, SettingsForm, text, useChange } from '../parts'
import { settingsList } from '../queries'

const tokensQuery = settingsList<Token>('/api/tokens')

export default function Tokens() {
  const t = useT()
  const tokens = useQuery(tokensQuery)
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const close = () => {
    setAdding(false)
    setSecret(null)
  }
  return (
    <>
      <PageHead title={t('settings.tokens')} text={t('tokens.text')}>
        <Button variant="primary" onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden />
          {t('tokens.add')}
        </Button>
      </PageHead>
      <Loaded query={tokens} empty={<Empty icon={KeyRound} title={t('tokens.empty')} text={t('tokens.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.tokens')}>
            {items.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={adding} onClose={close} title={t(secret ? 'tokens.created' : 'tokens.add')}>
        {secret ? <Secret secret={secret} onDone={close} /> : <TokenForm onCreated={setSecret} onCancel={close} />}
      </Dialog>
    </>
  )
}

function TokenRow({ token }: { token: Token }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const change = useChange([tokensQuery.queryKey])
  const used = token.last_used_at ? t('tokens.used', { time: moment(token.last_used_at, now, language) }) : t('tokens.neverUsed')
  return (
    <li className={`flex min-h-14 items-center gap-3 px-4 py-2 ${token.revoked_at ? 'opacity-60' : ''}`}>
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{token.name}</p>
        <p className="truncate text-secondary text-ink-3" title={token.scopes.join(', ')}>
          <code>{token.prefix}…</code> · {t('tokens.scopes', { n: token.scopes.length })} · {used}
          {token.expires_at && ` · ${t('tokens.expires', { time: dayAndTime(token.expires_at, now, language) })}`}
        </p>
      </div>
      {token.revoked_at ? (
        <span className="text-secondary text-ink-3" title={absolute(token.revoked_at, language)}>
          {t('tokens.revoked')}
        </span>
      ) : (
        <Button variant="danger" onClick={() => void change(() => api.delete(`/api/tokens/${token.id}`), t('tokens.revokedNow', { name: token.name }))}>
          {t('tokens.revoke')}
        </Button>
      )}
    </li>
  )
}

function TokenForm({ onCreated, onCancel }: { onCreated: (secret: string) => void; onCancel: () => void }) {
  const t = useT()
  const { permissions } = useMe()
  const save = async (form: FormData) => {
    const days = Number(form.get('days'))
    const body = {
      name: text(form, 'name'),
      scopes: form.getAll('scope').map(String),
      expires_at: days > 0 ? new Date(Date.now() + days * 86_400_000).toISOString() : null,
    }
    onCreated((await api.post<{ token: string }>('/api/tokens', body)).token)
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onCancel} touches={[tokensQuery.queryKey]} submit={t('tokens.create')}>
        {(problem) => (
          <>
            <Field label={t('tokens.name')} hint={t('tokens.nameHint')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required />}
            </Field>
            <Field label={t('tokens.lifetime')}>
              {(control) => (
                <Select {...control} name="days" defaultValue="90">
                  {[30, 90, 365].map((days) => (
                    <option key={days} value={days}>
                      {t('tokens.days', { n: days })}
                    </option>
                  ))}
                  <option value="0">{t('tokens.forever')}</option>
                </Select>
              )}
            </Field>
            <fieldset>
              <legend className="text-secondary font-medium text-ink-2">{t('tokens.may')}</legend>
              <div className="grid grid-cols-2 max-[719px]:grid-cols-1">
                {permissions.map((permission) => (
                  <Checkbox key={permission} name="scope" value={permission} label={permission} defaultChecked={permission.endsWith('.read')} />
                ))}
              </div>
            </fieldset>
          </>
        )}
      </SettingsForm>
    </div>
  )
}

function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const t = useT()
  const [copied, setCopied] = useState(false)
  return (
    <div className="flex flex-col gap-4 px-6 pb-6">
      <p>{t('tokens.once')}</p>
      <code className="rounded-control border border-line-strong bg-panel p-3 break-all select-all">{secret}</code>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}>
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          {t(copied ? 'tokens.copied' : 'tokens.copy')}
        </Button>
        <Button variant="primary" onClick={onDone}>
          {t('action.done')}
        </Button>
      </div>
    </div>
  )
}
