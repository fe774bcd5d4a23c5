import type { Overview } from '../../api/types'
import { useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { CONTROL, Input, Select } from '../../ui/Field'
import { SearchField } from '../../ui/SearchField'
import { FATES, SOURCES } from './fates'
import { DAYS, isFiltered, type LedgerFilter, NO_FILTER } from './filter'

type Props = { filter: LedgerFilter; onFilter: (next: Partial<LedgerFilter>) => void; sources: Overview['sources'] }

/** Search and the conditions of the list; everything stands in the address bar. */
export function FilterBar({ filter, onFilter, sources }: Props) {
  const t = useT()
  const fit = 'w-auto! max-w-48 max-[719px]:max-w-none max-[719px]:grow'
  return (
    <div role="search" className="flex flex-wrap items-center gap-2 border-b border-line bg-paper py-3">
      <SearchField
        value={filter.q}
        onChange={(q) => onFilter({ q })}
        label={t('ledger.search')}
        placeholder={t('ledger.searchHint')}
        className="min-w-56 basis-64 max-[719px]:basis-full"
        inputClass={CONTROL}
      />
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
