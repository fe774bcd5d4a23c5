import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, CircleDashed, KeyRound, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { DkimKey, DnsFinding, DomainCheck, Mailbox, SendingDomain } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { CopyBox } from '../../ui/CopyBox'
import { Field, Select } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'
import { useChange } from '../parts'
import { Panel } from './Panel'
import { domainsQuery, sendingQuery } from './sending'

/** The keys of the domains this mailbox sends from: made here, published at the DNS provider, used once they are seen there. */
export function DkimPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  const say = useProblemText()
  const { data, error, refetch } = useQuery(domainsQuery)
  const { data: sending } = useQuery(sendingQuery(mailbox.id))
  const own = [mailbox.address, ...(sending?.aliases ?? [])]
  const domains = data?.filter((domain) => domain.addresses.some((address) => own.includes(address)))
  return (
    <Panel title={t('dkim.title')} text={t('dkim.text')}>
      {error && !data && <ErrorNote {...say(error)} onRetry={() => void refetch()} />}
      {domains?.map((domain) => <Domain key={domain.domain} domain={domain} />)}
    </Panel>
  )
}

function Domain({ domain }: { domain: SendingDomain }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [check, setCheck] = useState<DomainCheck | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const look = async () => {
    setBusy(true)
    setProblem(null)
    try {
      setCheck(await api.post<DomainCheck>(`${path(domain)}/check`, {}))
      await client.invalidateQueries({ queryKey: domainsQuery.queryKey })
    } catch (failed) {
      setProblem(failed)
    }
    setBusy(false)
  }
  const mayWrite = domain.can.includes('write')
  return (
    <section aria-label={domain.domain} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium break-all">{domain.domain}</h3>
        <Button onClick={() => void look()} busy={busy}>
          <ShieldCheck size={16} aria-hidden />
          {t('dkim.check')}
        </Button>
      </div>
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div aria-live="polite" className="flex flex-col gap-3 empty:hidden">
        {check && <Found title={t('dkim.spf')} finding={check.spf} />}
        {check && <Found title={t('dkim.dmarc')} finding={check.dmarc} />}
      </div>
      {domain.keys.length === 0 && <p className="text-ink-2">{t('dkim.none', { domain: domain.domain })}</p>}
      {domain.keys.map((key) => (
        <Key key={key.selector} domain={domain} one={key} mayWrite={mayWrite} />
      ))}
      {mayWrite && <MakeKey domain={domain} />}
    </section>
  )
}

const path = (domain: SendingDomain) => `/api/sending-domains/${encodeURIComponent(domain.domain)}`

function MakeKey({ domain }: { domain: SendingDomain }) {
  const t = useT()
  const change = useChange([domainsQuery.queryKey])
  const [kind, setKind] = useState<DkimKey['algorithm']>('rsa')
  const [busy, setBusy] = useState(false)
  const make = async () => {
    setBusy(true)
    await change(() => api.post(`${path(domain)}/keys`, { algorithm: kind }))
    setBusy(false)
  }
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="min-w-64 grow max-[719px]:w-full">
        <Field label={t('dkim.kind')}>
          {(control) => (
            <Select {...control} value={kind} onChange={(event) => setKind(event.target.value as DkimKey['algorithm'])}>
              <option value="rsa">{t('dkim.rsa')}</option>
              <option value="ed25519">{t('dkim.ed25519')}</option>
            </Select>
          )}
        </Field>
      </div>
      <Button onClick={() => void make()} busy={busy}>
        <KeyRound size={16} aria-hidden />
        {t(domain.keys.length > 0 ? 'dkim.makeNext' : 'dkim.make')}
      </Button>
    </div>
  )
}

function Key({ domain, one, mayWrite }: { domain: SendingDomain; one: DkimKey; mayWrite: boolean }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const change = useChange([domainsQuery.queryKey])
  const act = (what: 'use' | 'retire', done?: string) => change(() => api.post(`${path(domain)}/keys/${one.selector}/${what}`, {}), done)
  const forget = () => change(() => api.delete(`${path(domain)}/keys/${one.selector}`))
  const Icon = one.state === 'signing' ? (one.published === false ? CircleAlert : CircleCheck) : CircleDashed
  const tone = one.state === 'signing' ? (one.published === false ? 'text-wrong' : 'text-done') : 'text-ink-3'
  return (
    <article aria-label={one.selector} className="flex flex-col gap-3 rounded-card border border-line p-4">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Icon size={16} className={`shrink-0 ${tone}`} aria-hidden />
        <span className="font-medium">{t(`dkim.${one.state}`)}</span>
        <span className="text-secondary text-ink-3">
          {one.algorithm === 'rsa' ? 'RSA 2048' : 'Ed25519'} · {one.selector}
        </span>
      </header>
      {one.state === 'new' && <p className="text-ink-2">{t('dkim.publish')}</p>}
      {one.state === 'retired' && <p className="text-ink-2">{t('dkim.retiredText')}</p>}
      {one.state !== 'retired' && <Record one={one} open={one.state === 'new'} />}
      {one.checked && one.checked_at && (
        <p className={`text-secondary ${one.published === false ? 'text-wrong' : 'text-ink-2'}`}>
          {one.checked}{' '}
          <span className="text-ink-3" title={absolute(one.checked_at, language)}>
            ({t('dkim.checkedAt', { time: moment(one.checked_at, now, language) })})
          </span>
        </p>
      )}
      {mayWrite && (
        <div className="flex flex-wrap justify-end gap-2">
          {one.state === 'signing' && <Button onClick={() => void act('retire')}>{t('dkim.retire')}</Button>}
          {one.state !== 'signing' && (
            <Button variant="plain" onClick={() => void forget()}>
              {t('dkim.delete')}
            </Button>
          )}
          {one.state === 'new' && (
            <Button variant="primary" onClick={() => void act('use', t('dkim.used', { domain: domain.domain }))}>
              {t('dkim.use')}
            </Button>
          )}
        </div>
      )}
    </article>
  )
}

function Record({ one, open }: { one: DkimKey; open: boolean }) {
  const t = useT()
  const fields = (
    <div className="flex flex-col gap-3">
      <Labelled label={t('dkim.name')} text={one.record.name} />
      <Labelled label={t('dkim.value')} text={one.record.value} />
      <details>
        <summary className="target w-fit cursor-pointer text-secondary text-ink-2">{t('dkim.zone')}</summary>
        <div className="mt-2">
          <CopyBox label={t('dkim.zone')} text={one.record.zone} />
        </div>
      </details>
    </div>
  )
  if (open) return fields
  return (
    <details>
      <summary className="target w-fit cursor-pointer text-secondary text-ink-2">{one.record.name}</summary>
      <div className="mt-2">{fields}</div>
    </details>
  )
}

function Labelled({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex flex-col gap-1">
      <p className="text-secondary font-medium text-ink-2">{label}</p>
      <CopyBox label={label} text={text} />
    </div>
  )
}

function Found({ title, finding }: { title: string; finding: DnsFinding }) {
  const t = useT()
  const Icon = finding.ok ? CircleCheck : CircleAlert
  return (
    <div className={`flex items-start gap-2 rounded-control px-3 py-2 ${finding.ok ? 'bg-done-soft' : 'bg-wrong-soft'}`}>
      <Icon size={16} className={`mt-0.5 shrink-0 ${finding.ok ? 'text-done' : 'text-wrong'}`} aria-label={t(finding.ok ? 'dkim.ok' : 'dkim.wrong')} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <p className="font-medium">{title}</p>
        <p>{finding.sentence}</p>
        {finding.record && <code className="text-secondary break-all text-ink-2">{finding.record}</code>}
        {finding.advice && (
          <>
            <p className="text-secondary text-ink-2">{t('dkim.advice')}</p>
            <CopyBox label={t('dkim.advice')} text={finding.advice} />
          </>
        )}
      </div>
    </div>
  )
}
