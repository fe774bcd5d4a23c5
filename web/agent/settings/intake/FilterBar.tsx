import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Overview } from '../../api/types'
import { useT } from '../../app/i18n'
import { useCommands } from '../../commands/registry'
import { Button } from '../../ui/Button'
import { Input, Select } from '../../ui/Field'
import { FATES, SOURCES } from './fates'
import { DAYS, isFiltered, type LedgerFilter, NO_FILTER } from './filter'

type Props = { filter: LedgerFilter; onFilter: (next: Partial<LedgerFilter>) => void; sources: Overview['sources'] }

/** Search and the conditions of the list; everything stands in the address bar. */
export function FilterBar({ filter, onFilter, sources }: Props) {
  const t = useT()
  const fit = 'w-auto! max-w-48 max-[719px]:max-w-none max-[719px]:grow'
  return (
    <div role="search" className="flex flex-wrap items-center gap-2 border-b border-line bg-paper py-3">
      <SearchField value={filter.q} onChange={(q) => onFilter({ q })} />
      <Select aria-label={t('intake.fate')} value={filter.fate} onChange={(event) => onFilter({ fate: event.target.value })} className={fit}>
        <option value="">{t('intake.allFates')}</option>
        <option value="attention">{t('intake.attention')}</option>
        {FATES.map((one) => (
          <option key={one} value={one}>
            {t(`fate.${one}`)}
          </option>
        ))}
      </Select>
      <Select aria-label={t('filter.mailbox')} value={filter.account ?? ''} onChange={(event) => onFilter({ account: Number(event.target.value) || null })} className={fit}>
        <option value="">{t('report.allMailboxes')}</option>
        {sources.map((one) => (
          <option key={one.account_id} value={one.account_id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Select aria-label={t('ledger.source')} value={filter.source} onChange={(event) => onFilter({ source: event.target.value })} className={fit}>
        <option value="">{t('ledger.allSources')}</option>
        {SOURCES.map((one) => (
          <option key={one} value={one}>
            {t(`source.${one}`)}
          </option>
        ))}
      </Select>
      <Select aria-label={t('ledger.date')} value={filter.days} onChange={(event) => onFilter({ days: event.target.value, since: '', until: '' })} className={fit}>
        <option value="">{t('ledger.anyTime')}</option>
        {DAYS.map((one) => (
          <option key={one} value={one}>
            {t(`ledger.last${one}`)}
          </option>
        ))}
        <option value="range">{t('ledger.range')}</option>
      </Select>
      {filter.days === 'range' && (
        <span className="flex items-center gap-2">
          <Input type="date" aria-label={t('report.from')} value={filter.since} max={filter.until} onChange={(event) => onFilter({ since: event.target.value })} className="w-36!" />
          <span aria-hidden>–</span>
          <Input type="date" aria-label={t('report.to')} value={filter.until} min={filter.since} onChange={(event) => onFilter({ until: event.target.value })} className="w-36!" />
        </span>
      )}
      {isFiltered(filter) && (
        <Button variant="plain" onClick={() => onFilter(NO_FILTER)}>
          {t('list.clearFilters')}
        </Button>
      )}
    </div>
  )
}

const REST_MS = 250

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useT()
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  useCommands({
    'list.search': () => {
      field.current?.focus()
      field.current?.select()
    },
  })
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onChange(text.trim()), REST_MS)
    return () => clearTimeout(timer)
    // The ledger is searched when typing rests, whoever the parent's callback is by then.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [text])
  return (
    <div className="relative min-w-56 grow basis-64 max-[719px]:basis-full">
      <Search size={14} className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" aria-hidden />
      <Input
        ref={field}
        type="search"
        value={text}
        maxLength={500}
        aria-label={t('ledger.search')}
        aria-keyshortcuts="/"
        placeholder={t('ledger.searchHint')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setText('')
          onChange('')
          event.currentTarget.blur()
        }}
        className="pl-8!"
      />
    </div>
  )
}
