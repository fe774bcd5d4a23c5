import { ExternalLink, Globe, Plus, Trash2 } from 'lucide-react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { CopyBox } from '../../ui/CopyBox'
import { Input } from '../../ui/Field'
import { HELP } from '../queries'
import type { Centre } from '../types'
import { Section } from './CentreSettings'

/** Own domains, and what must stand in the DNS for them. */
export function Domains({ centre }: { centre: Centre }) {
  const t = useT()
  const change = useChange([HELP])
  const save = (domains: string[]) => change(() => api.patch(`/api/help/centres/${centre.id}`, { domains }))
  const add = async (form: FormData) => {
    const host = String(form.get('host') ?? '').trim().toLowerCase().replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    if (host && !centre.domains.includes(host)) await save([...centre.domains, host])
  }
  return (
    <Section title={t('centre.domains')} text={t('centre.domainsText')}>
      <ul className="divide-y divide-line rounded-card border border-line">
        <li className="flex min-h-11 items-center gap-3 px-4">
          <Globe size={16} className="shrink-0 text-ink-3" aria-hidden />
          <a href={`/help/${centre.slug}/`} target="_blank" rel="noreferrer" className="inline-flex min-w-0 grow items-center gap-1.5">
            <span className="truncate">{`${location.host}/help/${centre.slug}/`}</span>
            <ExternalLink size={14} className="shrink-0" aria-hidden />
          </a>
          <span className="text-secondary text-ink-3">{t('centre.always')}</span>
        </li>
        {centre.domains.map((host) => (
          <li key={host} className="px-4 py-2">
            <div className="flex items-center gap-3">
              <Globe size={16} className="shrink-0 text-ink-3" aria-hidden />
              <span className="min-w-0 grow truncate font-medium">{host}</span>
              <IconButton label={t('centre.removeDomain', { host })} onClick={() => void save(centre.domains.filter((one) => one !== host))}>
                <Trash2 size={15} aria-hidden />
              </IconButton>
            </div>
            <p className="mt-1 mb-2 text-secondary text-ink-3">{t('centre.dns', { host })}</p>
            <CopyBox label={t('centre.dnsRecord')} text={`${host}. CNAME ${location.hostname}.`} />
          </li>
        ))}
      </ul>
      <form action={add} className="flex gap-2">
        <Input name="host" aria-label={t('centre.domain')} placeholder="help.example.com" required maxLength={260} spellCheck={false} className="max-w-80" />
        <Button type="submit">
          <Plus size={16} aria-hidden />
          {t('centre.addDomain')}
        </Button>
      </form>
    </Section>
  )
}
