import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { mailboxesQuery } from '../settings/mailboxes/queries'
import { Conditions } from '../settings/rules/Conditions'
import { asksNothing, finished } from '../settings/rules/fields'
import type { Condition } from '../settings/rules/types'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Input, Select } from '../ui/Field'
import type { Company, Page } from '../api/types'
import { FILTERS, ownZone, type ReportState } from './state'

const ZONES = Intl.supportedValuesOf('timeZone')

/** Which conversations count: each choice narrows. A segment is a condition over what stands in a conversation. */
export function FilterDialog({ state, set, onClose }: { state: ReportState; set: (patch: Partial<ReportState>) => void; onClose: () => void }) {
  const t = useT()
  const { teams, agents, tags, topics } = useDirectory()
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const [chosen, setChosen] = useState<ReportState>(state)
  const put = (patch: Partial<ReportState>) => setChosen({ ...chosen, ...patch })
  const apply = () => {
    set({ ...chosen, filter: whole(chosen.filter) })
    onClose()
  }
  const clear = Object.fromEntries(FILTERS.map((name) => [name, '']))
  return (
    <Dialog open onClose={onClose} title={t('reports.filter')}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-4">
          <div className="grid grid-cols-2 gap-4 max-[480px]:grid-cols-1">
            <Items label={t('reports.by.channel')} items={(['email', 'messenger'] as const).map((id) => ({ id, name: t(`reports.channel.${id}`) }))} value={chosen.channel} onChange={(channel) => put({ channel })} />
            <Items label={t('reports.by.account')} items={mailboxes} value={chosen.account} onChange={(account) => put({ account })} />
            <Items label={t('reports.by.team')} items={teams} value={chosen.team} onChange={(team) => put({ team })} />
            <Items label={t('reports.by.agent')} items={agents} value={chosen.agent} onChange={(agent) => put({ agent })} />
            <Items label={t('reports.by.tag')} items={tags} value={chosen.tag} onChange={(tag) => put({ tag })} />
            <Items label={t('reports.by.topic')} items={topics} value={chosen.topic} onChange={(topic) => put({ topic })} />
          </div>
          <CompanyChoice value={chosen.company} onChange={(company) => put({ company })} />
          <Segment value={chosen.filter} onChange={(filter) => put({ filter })} />
          <Field label={t('reports.zone')} hint={t('reports.zoneHint')}>
            {(control) => (
              <Select {...control} value={chosen.zone} onChange={(event) => put({ zone: event.target.value })}>
                <option value="">{t('reports.ownZone', { zone: ownZone() })}</option>
                {ZONES.map((zone) => (
                  <option key={zone}>{zone}</option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <footer className="flex gap-2 border-t border-line px-6 py-3">
          <Button variant="primary" type="submit">
            {t('reports.show')}
          </Button>
          <Button variant="plain" onClick={() => put(clear)}>
            {t('reports.clear')}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

function Items(props: { label: string; items: readonly { id: number | string; name: string }[]; value: string; onChange: (value: string) => void }) {
  const t = useT()
  return (
    <Field label={props.label}>
      {(control) => (
        <Select {...control} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
          <option value="">{t('reports.all')}</option>
          {props.items.map((item) => (
            <option key={item.id} value={item.id}>
              {item.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

/** Companies are many: they are looked for by name. */
export function CompanyChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const t = useT()
  const [words, setWords] = useState('')
  const found = useQuery({
    queryKey: ['companies', words],
    queryFn: ({ signal }) => api.get<Page<Company>>('/api/companies', { query: words, limit: 8 }, signal).then((page) => page.items),
    enabled: words.trim().length > 1,
  }).data
  const chosen = useQuery({ queryKey: ['company', value], queryFn: ({ signal }) => api.get<Company>(`/api/companies/${value}`, {}, signal), enabled: value !== '' }).data
  return (
    <Field label={t('reports.by.company')} hint={chosen ? t('reports.chosen', { name: chosen.name }) : undefined}>
      {(control) => (
        <>
          <Input {...control} type="search" value={words} placeholder={t('reports.companyName')} onChange={(event) => setWords(event.target.value)} />
          {found && (
            <ul className="rounded-control border border-line">
              {found.map((company) => (
                <li key={company.id}>
                  <button
                    type="button"
                    className="target w-full truncate px-2.5 text-left hover:bg-hover"
                    onClick={() => {
                      onChange(company.id)
                      setWords('')
                    }}
                  >
                    {company.name}
                  </button>
                </li>
              ))}
              {found.length === 0 && <li className="px-2.5 py-1 text-secondary text-ink-3">{t('reports.noCompany')}</li>}
            </ul>
          )}
        </>
      )}
    </Field>
  )
}

export function Segment({ value, onChange }: { value: string; onChange: (filter: string) => void }) {
  const t = useT()
  const condition = read(value)
  return (
    <Conditions legend={t('reports.by.segment')} hint={t('reports.segmentHint')} condition={condition} onChange={(next) => onChange(asksNothing(next) ? '' : JSON.stringify(next))} />
  )
}

/** A test nobody has finished is none. */
export function whole(filter: string): string {
  const done = finished(read(filter))
  return done === null ? '' : JSON.stringify(done)
}

function read(value: string): Condition {
  try {
    return value ? (JSON.parse(value) as Condition) : { all: [] }
  } catch {
    return { all: [] }
  }
}
